/**
 * The kinds of value a setting can have. Each reads both a string of the environment and the
 * native form of a YAML file, and says what it expects without repeating what it was given.
 *
 * @module
 */
import { z } from 'zod';

/** Exactly `true` or `false`. A typo must stop the start, not read as `false`. */
export const flag = () =>
  z
    .preprocess(
      (value) => (value === 'true' ? true : value === 'false' ? false : value),
      z.boolean({ error: 'expected true or false' }),
    )
    .meta({ bounds: '`true` or `false`' });

/** A whole number in plain decimal digits; an empty string is no number. */
export const whole = (unit: string, minimum: number, maximum: number) => {
  const error = `expected a whole number from ${minimum} to ${maximum} (${unit})`;
  return z
    .preprocess(
      (value) => (typeof value === 'string' && /^\d+$/.test(value) ? Number(value) : value),
      z.int({ error }).min(minimum, { error }).max(maximum, { error }),
    )
    .meta({ unit, bounds: `${minimum} to ${maximum}` });
};

/** A whole number, or `auto` for what fits the machine. */
export const countOrAuto = (unit: string, minimum: number, maximum: number) => {
  const error = `expected auto or a whole number from ${minimum} to ${maximum} (${unit})`;
  return z
    .preprocess(
      (value) => (typeof value === 'string' && /^\d+$/.test(value) ? Number(value) : value),
      z.union([z.literal('auto'), z.int().min(minimum).max(maximum)], { error }),
    )
    .meta({ unit, bounds: `${minimum} to ${maximum}, \`auto\`` });
};

export const milliseconds = (minimum: number, maximum: number) => whole('ms', minimum, maximum);

/** One of a few words. */
export const choice = <const Words extends readonly [string, ...string[]]>(...words: Words) =>
  z
    .enum(words, { error: `expected one of ${words.join(', ')}` })
    .meta({ bounds: words.map((word) => `\`${word}\``).join(', ') });

/** Any text but the empty one: an empty setting is a mistake more often than a wish. */
export const text = () =>
  z.string({ error: 'expected text' }).min(1, { error: 'expected text that is not empty' });

/** A path of a file or folder, relative to the working directory or absolute. */
export const path = () => text().meta({ unit: 'path' });

/** Several values: separated by commas in the environment, a list in the file. */
export const list = <Item extends z.ZodType>(unit: string, item: Item) =>
  z
    .preprocess(
      (value) => (typeof value === 'string' ? value.split(',').map((part) => part.trim()) : value),
      z.array(item, { error: 'expected a list, or values separated by commas' }),
    )
    .meta({ unit: `list of ${unit}` });

/** Values by name: `name=value,…` in the environment, a mapping in the file. */
export const mapping = <Value extends z.ZodType>(unit: string, value: Value) =>
  z
    .preprocess(
      (given) => (typeof given === 'string' ? parsePairs(given) : given),
      z.record(z.string(), value, { error: 'expected name=value pairs separated by commas' }),
    )
    .meta({ unit: `list of name=${unit}` });

/** JSON in the environment, the same structure in the file. */
export const json = <Value extends z.ZodType>(unit: string, value: Value) =>
  z
    .preprocess((given) => (typeof given === 'string' ? parseJson(given) : given), value)
    .meta({ unit });

/** One pair of the wrong form makes the whole text unfit, so that nothing is dropped silently. */
function parsePairs(given: string): unknown {
  const pairs = given.split(',').map((pair) => /^\s*([\w.-]+)\s*=\s*(\S+)\s*$/.exec(pair));
  const entries = pairs.map((pair) => [pair?.[1] ?? '', pair?.[2] ?? ''] as const);
  const fits = !pairs.includes(null) && new Map(entries).size === entries.length;
  return fits ? Object.fromEntries(entries) : given;
}

function parseJson(given: string): unknown {
  try {
    return JSON.parse(given);
  } catch {
    return given;
  }
}
