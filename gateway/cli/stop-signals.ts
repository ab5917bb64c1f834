const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** Waits for whoever wants this process to stop. */
export interface StopSignals {
  /** Resolves at the first stop signal. */
  readonly first: Promise<void>;
  /** Resolves at the second. */
  readonly second: Promise<void>;
  /** Lets signals have their usual effect again. */
  release(): void;
}

/** Takes SIGINT (Ctrl-C), SIGTERM and SIGHUP (a closed terminal) over from their usual effect. */
export function takeStopSignals(): StopSignals {
  const arrived: (() => void)[] = [];
  const next = () => new Promise<void>((resolve) => arrived.push(resolve));
  const first = next();
  const second = next();
  const onSignal = () => arrived.shift()?.();
  for (const signal of SIGNALS) process.on(signal, onSignal);
  return {
    first,
    second,
    release() {
      for (const signal of SIGNALS) process.off(signal, onSignal);
    },
  };
}
