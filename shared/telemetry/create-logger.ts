import { type DestinationStream, destination, pino, stdTimeFunctions } from 'pino';
import { createTurnDestination } from './create-turn-destination.ts';
import { hideSecrets } from './hide-secrets.ts';
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

/**
 * Makes a logger that writes one JSON object per line: `time` (RFC 3339), `level` as
 * a word, `name`, the facts, `msg`. The request id is the fact `requestId`.
 */
export function createLogger(settings: LoggerSettings): Logger {
  const lines =
    typeof settings.destination === 'object'
      ? settings.destination
      : createTurnDestination(
          destination({ dest: settings.destination ?? 1, sync: true, mkdir: true }),
        );
  const target: DestinationStream =
    settings.pretty === true ? createPrettyDestination(lines) : lines;

  return hidingSecretsOfChildren(
    pino(
      {
        level: settings.level,
        base: { name: settings.name },
        timestamp: stdTimeFunctions.isoTime,
        formatters: {
          level: (label) => ({ level: label }),
          log: hideSecrets,
        },
      },
      target,
    ),
  );
}

/** pino's own formatter for bindings is not asked about those of a child. */
function hidingSecretsOfChildren(logger: Logger): Logger {
  const bind = logger.child.bind(logger);
  return Object.assign(logger, {
    child: (facts: Record<string, unknown>) => hidingSecretsOfChildren(bind(hideSecrets(facts))),
  });
}
