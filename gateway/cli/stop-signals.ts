const ALWAYS = ['SIGINT', 'SIGTERM'] as const;

/** Waits for whoever wants this process to stop. */
export interface StopSignals {
  /** Resolves at the first stop signal. */
  readonly first: Promise<void>;
  /** Resolves at the second. */
  readonly second: Promise<void>;
  /** Lets signals have their usual effect again. */
  release(): void;
}

/**
 * Takes SIGINT (Ctrl-C), SIGTERM and SIGHUP over from their usual effect.
 *
 * @param hangupStops Whether SIGHUP stops too: it says that a terminal was closed, or, to a process
 *   without one, that it is to read its files again.
 */
export function takeStopSignals(hangupStops = true): StopSignals {
  const signals = hangupStops ? ([...ALWAYS, 'SIGHUP'] as const) : ALWAYS;
  const arrived: (() => void)[] = [];
  const next = () => new Promise<void>((resolve) => arrived.push(resolve));
  const first = next();
  const second = next();
  const onSignal = () => arrived.shift()?.();
  for (const signal of signals) process.on(signal, onSignal);
  return {
    first,
    second,
    release() {
      for (const signal of signals) process.off(signal, onSignal);
    },
  };
}
