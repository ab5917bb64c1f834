import { createLogger, type LogLevel } from '../telemetry/create-logger.ts';
import type { Logger } from '../telemetry/logger.ts';
import type { StatementListener } from './session/request-session.ts';

/** What a running product is told; what may be left out has a default. */
export interface ProductSettings {
  /** Address to listen on. Default 127.0.0.1. */
  readonly host?: string | undefined;
  /** TCP port, 0 for any free one. */
  readonly port: number;
  /** PostgreSQL, as the product's runtime role. */
  readonly databaseUrl: string;
  /** Where the gateway's public keys are: an http(s) URL or a file path. */
  readonly gatewayJwks: string;
  /** Expected `iss` of the gateway's tokens. Default "meshgate". */
  readonly gatewayIssuer?: string | undefined;
  /** Default info. */
  readonly logLevel?: LogLevel | undefined;
  /** Instead of a logger of the product's own. */
  readonly log?: Logger | undefined;
  /** Database connections at most, at least 1. Default 10. */
  readonly poolSize?: number | undefined;
  /** Time limit of one SQL statement. Default 10000. */
  readonly statementTimeoutMs?: number | undefined;
  /** Largest request body. Default 4 MiB: a fetch may carry thousands of representations. */
  readonly bodyLimitBytes?: number | undefined;
  /** How long a stop waits for running requests before it cuts them off. Default 10000. */
  readonly drainTimeoutMs?: number | undefined;
  /** Least time between two loads of the gateway's keys. Default 1000. */
  readonly keysCooldownMs?: number | undefined;
  /** Whether introspection is answered. Default false. */
  readonly introspection?: boolean | undefined;
  /** Hears of every SQL statement of a resolver. */
  readonly onStatement?: StatementListener | undefined;
}

/** A product that listens. */
export interface RunningProduct {
  readonly name: string;
  /** The GraphQL endpoint, e.g. `http://127.0.0.1:4103/graphql`. */
  readonly url: string;
  readonly port: number;
  /** Takes no new requests, lets running ones finish within the limit, closes the pool. */
  close(): Promise<void>;
}

/** Settings with every default filled in. */
export type CompleteSettings = {
  readonly [Name in keyof ProductSettings]-?: Exclude<ProductSettings[Name], undefined>;
};

/** Fills in the defaults for the product of this name. */
export function completeSettings(name: string, settings: ProductSettings): CompleteSettings {
  const logLevel = settings.logLevel ?? 'info';
  return {
    host: settings.host ?? '127.0.0.1',
    port: settings.port,
    databaseUrl: settings.databaseUrl,
    gatewayJwks: settings.gatewayJwks,
    gatewayIssuer: settings.gatewayIssuer ?? 'meshgate',
    logLevel,
    log: settings.log ?? createLogger({ level: logLevel, name }),
    poolSize: settings.poolSize ?? 10,
    statementTimeoutMs: settings.statementTimeoutMs ?? 10_000,
    bodyLimitBytes: settings.bodyLimitBytes ?? 4 * 1024 * 1024,
    drainTimeoutMs: settings.drainTimeoutMs ?? 10_000,
    keysCooldownMs: settings.keysCooldownMs ?? 1000,
    introspection: settings.introspection ?? false,
    onStatement: settings.onStatement ?? (() => undefined),
  };
}
