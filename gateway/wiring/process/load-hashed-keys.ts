import { createHashedKeys, type EntityKeyForm } from '../../audit/entity-key-form.ts';
import { readConfig } from '../../config/read-config.ts';
import { loadSecret } from '../../config/secret-reference.ts';

/**
 * Finds how the ledger of gateways of these settings hashes the keys of entities. Nothing but
 * `AUDIT_KEY_SECRET`, in the environment or in the configuration file, matters.
 *
 * @returns Null where there is no secret.
 * @throws {MeshgateError} `CONFIG_INVALID`.
 */
export async function loadHashedKeys(
  env: Readonly<Record<string, string | undefined>>,
): Promise<EntityKeyForm | null> {
  const { CONFIG_FILE, AUDIT_KEY_SECRET: given } = env;
  const { AUDIT_KEY_SECRET: secret } = await readConfig({ CONFIG_FILE, AUDIT_KEY_SECRET: given });
  return secret === null ? null : createHashedKeys(await loadSecret(secret, env));
}
