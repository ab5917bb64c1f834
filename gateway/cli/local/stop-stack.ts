/** A running part that can be stopped. */
export interface Stoppable {
  /** Ends it in order. */
  stop(): Promise<void>;
  /** Ends it at once; must not throw. */
  kill(): void;
}

/** Running parts, stopped in the reverse of the order in which they were started. */
export interface StopStack {
  /**
   * Adds a part that has just been started.
   *
   * @throws {StartInterrupted} When everything is being stopped already; the part is stopped too.
   */
  push(part: Stoppable): Promise<void>;
  /** Whether a stop was asked for. */
  isStopping(): boolean;
  /** Stops all parts, the latest first; a second call waits for the first. */
  stop(): Promise<void>;
  /** Ends all parts at once. */
  kill(): void;
}

/** A start that ends early because a stop was asked for meanwhile. */
export class StartInterrupted extends Error {
  override readonly name = 'StartInterrupted';
}

/** Makes an empty stack. */
export function createStopStack(): StopStack {
  const parts: Stoppable[] = [];
  let stopping: Promise<void> | null = null;

  const stopAll = async (): Promise<void> => {
    const problems: unknown[] = [];
    for (let part = parts.pop(); part !== undefined; part = parts.pop()) {
      // One part that fails to stop must not keep the others running.
      await part.stop().catch((error: unknown) => problems.push(error));
    }
    if (problems.length > 0) throw new AggregateError(problems, 'Not everything stopped in order.');
  };
  return {
    async push(part) {
      if (stopping === null) {
        parts.push(part);
        return;
      }
      await part.stop();
      throw new StartInterrupted('Stopped while starting.');
    },
    isStopping: () => stopping !== null,
    stop() {
      stopping ??= stopAll();
      return stopping;
    },
    kill() {
      for (const part of parts.toReversed()) part.kill();
    },
  };
}
