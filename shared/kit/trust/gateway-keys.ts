import { readFile } from 'node:fs/promises';
import {
  createLocalJWKSet,
  createRemoteJWKSet,
  errors,
  type JSONWebKeySet,
  type JWTVerifyGetKey,
} from 'jose';
import { MeshgateError } from '../../errors/meshgate-error.ts';

export interface GatewayKeysSettings {
  /** An http(s) URL or a file path, as the setting `GATEWAY_JWKS` has it. */
  readonly location: string;
  /**
   * Least time between two loads, so that made-up key ids cannot make this process
   * hammer the gateway or the disk. Default 1000.
   */
  readonly cooldownMs?: number;
}

const DEFAULT_COOLDOWN_MS = 1000;
const REMOTE_KEYS_LIVE_MS = 600_000;

/**
 * Finds the public key that a token names. A key id that is not known yet makes the
 * set load again, so a rotation at the gateway needs no restart here.
 *
 * The function it returns throws `ISSUER_UNREACHABLE` when the set cannot be loaded,
 * and the error of jose when the token names no key of it.
 *
 * @see https://www.rfc-editor.org/rfc/rfc7517#section-5
 */
export function createGatewayKeys(settings: GatewayKeysSettings): JWTVerifyGetKey {
  const cooldownMs = settings.cooldownMs ?? DEFAULT_COOLDOWN_MS;
  const findKey = /^https?:\/\//.test(settings.location)
    ? createRemoteJWKSet(new URL(settings.location), {
        cooldownDuration: cooldownMs,
        cacheMaxAge: REMOTE_KEYS_LIVE_MS,
      })
    : createFileKeys(settings.location, cooldownMs);

  return async (header, token) => {
    try {
      return await findKey(header, token);
    } catch (error) {
      if (namesNoKey(error)) throw error;
      throw new MeshgateError('ISSUER_UNREACHABLE', {
        message: `The gateway's keys could not be loaded from ${settings.location}.`,
        cause: error,
      });
    }
  };
}

/** Whether it is the token's fault: it names an unknown key, or none where there are several. */
export function namesNoKey(error: unknown): boolean {
  return (
    error instanceof errors.JWKSNoMatchingKey || error instanceof errors.JWKSMultipleMatchingKeys
  );
}

function createFileKeys(path: string, cooldownMs: number): JWTVerifyGetKey {
  let keys: JWTVerifyGetKey | null = null;
  let loadedAtMs = 0;

  const load = async (): Promise<JWTVerifyGetKey> => {
    loadedAtMs = performance.now();
    keys = createLocalJWKSet(JSON.parse(await readFile(path, 'utf8')) as JSONWebKeySet);
    return keys;
  };

  return async (header, token) => {
    try {
      return await (keys ?? (await load()))(header, token);
    } catch (error) {
      const mayReload = performance.now() - loadedAtMs >= cooldownMs;
      if (!(error instanceof errors.JWKSNoMatchingKey && mayReload)) throw error;
      return (await load())(header, token);
    }
  };
}
