/**
 * Settings of products from environment variables.
 *
 * `PORT` and `DATABASE_URL` belong to one product; a process that hosts several
 * reads `ORDERS_PORT`, `ORDERS_DATABASE_URL` and so on. All others are shared.
 *
 * @module
 */

import { z } from 'zod';
import { MeshgateError } from '../../errors/meshgate-error.ts';
import { LOG_LEVELS } from '../../telemetry/create-logger.ts';
import type { ProductSettings } from '../product-settings.ts';

/** Exactly `true` or `false`: a typo stops the start and does not read as `false`. */
const flag = z.enum(['true', 'false']).transform((value) => value === 'true');
const whole = (minimum: number, maximum: number) =>
  z.coerce.number().int().min(minimum).max(maximum);

/** Settings of a product, with unit, bounds and meaning; the reference page is generated from it. */
export const productEnvironmentSchema = z.object({
  PORT: whole(0, 65_535).describe('TCP port to listen on; 0 for any free one.'),
  DATABASE_URL: z
    .url({ protocol: /^postgres(ql)?$/ })
    .describe("PostgreSQL, as the product's runtime role."),
  GATEWAY_JWKS: z.string().min(1).describe("The gateway's public keys: http(s) URL or file path."),
  GATEWAY_ISSUER: z.string().min(1).optional().describe('Expected issuer. Default "meshgate".'),
  HOST: z.string().min(1).optional().describe('Address to listen on. Default 127.0.0.1.'),
  LOG_LEVEL: z.enum(LOG_LEVELS).optional().describe('Lowest level that is logged. Default info.'),
  POOL_SIZE: whole(1, 1000).optional().describe('Database connections at most. Default 10.'),
  STATEMENT_TIMEOUT_MS: whole(1, 600_000)
    .optional()
    .describe('Time limit of one SQL statement, in milliseconds. Default 10000.'),
  BODY_LIMIT_BYTES: whole(1024, 1_073_741_824)
    .optional()
    .describe('Largest request body, in bytes. Default 4 MiB.'),
  DRAIN_TIMEOUT_MS: whole(0, 600_000)
    .optional()
    .describe('How long a stop waits for running requests, in milliseconds. Default 10000.'),
  INTROSPECTION: flag.optional().describe('Whether introspection is answered. Default false.'),
});

/**
 * Reads the settings of one product.
 *
 * @param isAlone Whether the plain names may be used for what belongs to one product.
 * @throws {MeshgateError} `CONFIG_INVALID`, naming every setting at fault and never its value.
 */
export function readProductEnvironment(
  product: string,
  env: NodeJS.ProcessEnv,
  isAlone: boolean,
): ProductSettings {
  const own = `${product.toUpperCase().replaceAll('-', '_')}_`;
  const parsed = productEnvironmentSchema.safeParse({
    ...env,
    PORT: env[`${own}PORT`] ?? (isAlone ? env.PORT : undefined),
    DATABASE_URL: env[`${own}DATABASE_URL`] ?? (isAlone ? env.DATABASE_URL : undefined),
  });
  if (!parsed.success) {
    const faults = parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`);
    throw new MeshgateError('CONFIG_INVALID', {
      message: `The environment of ${product} is not valid. Names may start with ${own}. ${faults.join('; ')}.`,
      cause: parsed.error,
    });
  }

  const { data } = parsed;
  return {
    host: data.HOST,
    port: data.PORT,
    databaseUrl: data.DATABASE_URL,
    gatewayJwks: data.GATEWAY_JWKS,
    gatewayIssuer: data.GATEWAY_ISSUER,
    logLevel: data.LOG_LEVEL,
    poolSize: data.POOL_SIZE,
    statementTimeoutMs: data.STATEMENT_TIMEOUT_MS,
    bodyLimitBytes: data.BODY_LIMIT_BYTES,
    drainTimeoutMs: data.DRAIN_TIMEOUT_MS,
    introspection: data.INTROSPECTION,
  };
}
