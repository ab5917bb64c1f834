interface LogLine {
  readonly time: string;
  readonly level: string;
  readonly name: string;
  readonly msg?: string;
  readonly err?: { readonly stack?: string };
  readonly [fact: string]: unknown;
}

/**
 * Rewrites JSON log lines for people: `12:00:00.000 WARN orders: message key=value …`,
 * with the stack of an error below. For terminals; machines read JSON.
 */
export function createPrettyDestination(lines: { write(line: string): void }): {
  write(line: string): void;
} {
  return { write: (line) => lines.write(toPrettyLine(JSON.parse(line))) };
}

function toPrettyLine({ time, level, name, msg = '', err, ...facts }: LogLine): string {
  const pairs = Object.entries(facts).map(([fact, value]) => ` ${fact}=${JSON.stringify(value)}`);
  const stack = err?.stack === undefined ? '' : `\n${err.stack}`;
  const clock = time.slice(11, 23);
  return `${clock} ${level.toUpperCase().padEnd(5)} ${name}: ${msg}${pairs.join('')}${stack}\n`;
}
