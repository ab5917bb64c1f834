/** What accompanies a log line, as top-level fields of the JSON object. */
export type LogFacts = Readonly<Record<string, unknown>>;

/** Writes one line; the message is a constant sentence, what varies stands in the facts. */
export interface LogWrite {
  (facts: LogFacts, message: string): void;
  (message: string): void;
}

/**
 * What the project logs through. An error goes under the fact `err`, which
 * writes its type, message, stack and causes.
 */
export interface Logger {
  readonly debug: LogWrite;
  readonly info: LogWrite;
  readonly warn: LogWrite;
  readonly error: LogWrite;
  /** Whether a line of this level would be written; asked before costly facts are gathered. */
  isLevelEnabled(level: string): boolean;
  /** A logger that adds these facts to every line. */
  child(facts: Record<string, unknown>): Logger;
}
