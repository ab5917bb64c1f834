/** Takes whole lines. */
export interface LineSink {
  write(lines: string): void;
}

/** Sinks that hold lines; written out when the process ends before their turn does. */
const holding = new Set<TurnDestination>();
let watchesExit = false;

/**
 * Holds the lines of one turn of the event loop and writes them together: under load a
 * write for each request costs more than the line itself. Nothing waits when the process
 * is idle, and what is held when it exits is written then.
 */
export function createTurnDestination(sink: LineSink): LineSink {
  if (!watchesExit) {
    watchesExit = true;
    process.once('exit', () => {
      for (const destination of holding) destination.flush();
    });
  }
  return new TurnDestination(sink);
}

class TurnDestination implements LineSink {
  readonly #sink: LineSink;
  readonly #flush = () => this.flush();
  #held = '';

  constructor(sink: LineSink) {
    this.#sink = sink;
  }

  write(lines: string): void {
    if (this.#held === '') {
      holding.add(this);
      setImmediate(this.#flush);
    }
    this.#held += lines;
  }

  flush(): void {
    const lines = this.#held;
    if (lines === '') return;
    this.#held = '';
    holding.delete(this);
    this.#sink.write(lines);
  }
}
