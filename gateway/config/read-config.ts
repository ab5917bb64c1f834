import type { GatewayConfig } from './config-schema.ts';
import { loadConfig } from './load-config.ts';
import { readConfigFile } from './read-config-file.ts';

/**
 * Reads the configuration from the environment and from the file that `CONFIG_FILE` names in it.
 *
 * @throws {MeshgateError} CONFIG_INVALID.
 */
export async function readConfig(
  env: Readonly<Record<string, string | undefined>>,
): Promise<GatewayConfig> {
  const fileText = env.CONFIG_FILE === undefined ? null : await readConfigFile(env.CONFIG_FILE);
  return loadConfig(env, fileText);
}
