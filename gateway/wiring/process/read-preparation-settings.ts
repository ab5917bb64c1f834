import { readConfig } from '../../config/read-config.ts';
import type { PreparationSettings } from '../../operation/parse-operation.ts';
import { toPreparationSettings } from '../request/room-settings.ts';

/**
 * Reads how strict a gateway of these settings would be with documents.
 *
 * @throws {MeshgateError} CONFIG_INVALID.
 */
export async function readPreparationSettings(
  env: Readonly<Record<string, string | undefined>>,
): Promise<PreparationSettings> {
  return toPreparationSettings(await readConfig(env));
}
