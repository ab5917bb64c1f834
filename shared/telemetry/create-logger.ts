import { type DestinationStream, destination, pino, stdTimeFunctions } from 'pino';
import type { Logger } from './logger.ts';
import { createPrettyDestination } from './pretty-destination.ts';

export const LOG_LEVELS = ['debug', 'info', 'warn', 'error', 'silent'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

export interface LoggerSettings {
  /** Lines below this level are not written. */
  readonly level: LogLevel;
  /** Which process or product speaks. */
  readonly name: string;
  /** Lines for people instead of JSON. Default false. */
  readonly pretty?: boolean;
  /** Takes whole lines, or names a file that they are appended to; default standard output. */
  readonly destination?: { write(line: string): void } | string;
}

/** Never written in clear, at the top of the facts or one level below. */
const SECRET_FACTS = ['authorization', 'cookie', 'set-cookie', 'password', 'token'];

/**
 * Makes a logger that writes one JSON object per line: `time` (RFC 3339), `level` as
 * a word, `name`, the facts, `msg`. The request id is the fact `requestId`.
 */
export function createLogger(settings: LoggerSettings): Logger {
  const lines =
    typeof settings.destination === 'object'
      ? settings.destination
      : destination({ dest: settings.destination ?? 1, sync: true, mkdir: true });
  const target: DestinationStream =
    settings.pretty === true ? createPrettyDestination(lines) : lines;

  return pino(
    {
      level: settings.level,
      base: { name: settings.name },
      timestamp: stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      redact: {
        paths: SECRET_FACTS.flatMap((fact) => [`["${fact}"]`, `*["${fact}"]`]),
        censor: '[redacted]',
      },
    },
    target,
  );
}
