import type { z } from 'zod';

import { MeshgateError } from '../../shared/errors/meshgate-error.ts';
import { configSchema, type GatewayConfig, type SettingName } from './config-schema.ts';
import { parseConfigFile } from './parse-config-file.ts';
import { SETTING_NAMES, toFileKey } from './setting-name.ts';

/**
 * Reads and checks the configuration: the environment first, then the file, then the defaults.
 *
 * `main.ts` calls it once; every room is handed the values it needs and never looks at the
 * environment. Options of the command line are laid over `env` by the caller.
 *
 * @param env Settings by name; other variables are ignored.
 * @param fileText Text of the configuration file, null when there is none.
 * @returns Frozen through and through.
 * @throws {MeshgateError} `CONFIG_INVALID` with all problems at once, one a line and in
 *   `details.problems`. A value is never repeated, as a setting may hold a password.
 */
export function loadConfig(
  env: Readonly<Record<string, string | undefined>>,
  fileText: string | null,
): GatewayConfig {
  const file = parseConfigFile(fileText ?? '');
  const inEnvironment = SETTING_NAMES.filter((name) => env[name] !== undefined);
  const given: Partial<Record<SettingName, unknown>> = Object.fromEntries(file.values);
  for (const name of inEnvironment) given[name] = env[name];

  const parsed = configSchema.safeParse(given);
  if (parsed.success && file.problems.length === 0) return freezeDeeply(parsed.data);

  const issues = parsed.error?.issues ?? [];
  const fromFile = (name: SettingName) => file.values.has(name) && !inEnvironment.includes(name);
  const found = issues.map((issue) => describe(issue, fromFile));
  const problems = [...file.problems, ...new Set(found)];
  throw new MeshgateError('CONFIG_INVALID', {
    message: `The configuration is not valid:\n${problems.map((line) => `  ${line}`).join('\n')}`,
    details: { problems },
  });
}

/** Says what is expected and never what was given. */
function describe(issue: z.core.$ZodIssue, fromFile: (name: SettingName) => boolean): string {
  const [setting, ...within] = issue.path;
  const name = setting as SettingName;
  const steps = within.map((step) => (typeof step === 'number' ? `[${step}]` : `.${String(step)}`));
  const place = fromFile(name)
    ? `${toFileKey(name)}${steps.join('')} in the configuration file`
    : `${name}${steps.join('')}`;
  return `${place}: ${issue.message}`;
}

function freezeDeeply<Value extends object>(value: Value): Readonly<Value> {
  for (const inner of Object.values(value)) {
    if (typeof inner === 'object' && inner !== null) freezeDeeply(inner);
  }
  return Object.freeze(value);
}
