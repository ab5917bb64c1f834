import { type SettingName, settings } from './config-schema.ts';

/** All settings, in the order of the schema. */
export const SETTING_NAMES = Object.keys(settings) as readonly SettingName[];

/** The spelling of a setting in a configuration file: `SUBGRAPH_TIMEOUT_MS` is `subgraphTimeoutMs`. */
export function toFileKey(name: SettingName): string {
  return name.toLowerCase().replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());
}
