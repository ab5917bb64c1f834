import { LineCounter, parseDocument } from 'yaml';

import type { SettingName } from './config-schema.ts';
import { nearestName } from './nearest-name.ts';
import { SETTING_NAMES, toFileKey } from './setting-name.ts';

/** What a configuration file says, with everything that is wrong with its form. */
export interface ParsedConfigFile {
  readonly values: ReadonlyMap<SettingName, unknown>;
  readonly problems: readonly string[];
}

const NAME_BY_KEY: ReadonlyMap<string, SettingName> = new Map(
  SETTING_NAMES.map((name) => [toFileKey(name), name]),
);

/**
 * Reads the text of a configuration file (YAML 1.2, so JSON too) without judging the values.
 *
 * Problems name places and keys and never a value, as a setting may hold a password.
 */
export function parseConfigFile(text: string): ParsedConfigFile {
  const lineCounter = new LineCounter();
  const document = parseDocument(text, { lineCounter, prettyErrors: false });
  if (document.errors.length > 0) {
    const problems = document.errors.map(({ code, pos }) => {
      const { line, col } = lineCounter.linePos(pos[0]);
      return `the configuration file is not YAML at line ${line}, column ${col} (${code})`;
    });
    return { values: new Map(), problems };
  }

  const content = toPlain(document);
  if (typeof content === 'object' && !Array.isArray(content)) return nameSettings(content ?? {});
  const problem =
    content === undefined
      ? 'the configuration file has an alias that cannot be resolved'
      : 'the configuration file must be a mapping of settings to values';
  return { values: new Map(), problems: [problem] };
}

/** An alias without an anchor, or one that would blow up, is found only when the document is read. */
function toPlain(document: ReturnType<typeof parseDocument>): unknown {
  try {
    return document.toJS({ maxAliasCount: 100 });
  } catch {
    return undefined;
  }
}

function nameSettings(content: object): ParsedConfigFile {
  const values = new Map<SettingName, unknown>();
  const problems: string[] = [];
  for (const [key, value] of Object.entries(content)) {
    const name = NAME_BY_KEY.get(key);
    if (name === undefined) problems.push(describeUnknownKey(key));
    else values.set(name, value);
  }
  return { values, problems };
}

function describeUnknownKey(key: string): string {
  const camelCase = SETTING_NAMES.find((name) => name === key);
  const meant =
    camelCase === undefined ? nearestName(key, [...NAME_BY_KEY.keys()]) : toFileKey(camelCase);
  const advice = meant === null ? 'remove it' : `did you mean ${meant}?`;
  return `${key} in the configuration file is not a setting; ${advice}`;
}
