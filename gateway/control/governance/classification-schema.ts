/**
 * The form of the file that says what follows from how data is classified.
 *
 * @module
 */
import { z } from 'zod';
import { windowSchema } from './window-schema.ts';

const MOST_RULES = 500;
const MOST_CLASSES = 32;
const MOST_NAMES = 200;
const LONGEST_NAME = 200;
const MOST_WINDOWS = 20;

const name = z
  .string({ error: 'a text' })
  .regex(/\S/, { error: 'a text that is not empty' })
  .max(LONGEST_NAME);
const names = z.array(name).max(MOST_NAMES).default([]);
const given = z.array(name).min(1).max(MOST_NAMES);

/** An OR of AND groups, as `@requiresScopes` has them. */
const groups = z.array(given).min(1).max(MOST_NAMES).default([]);

const coordinate = z.string().regex(/^[_A-Za-z]\w*(?:\.[_A-Za-z]\w*(?:\([_A-Za-z]\w*:\))?)?$/, {
  error: 'a coordinate such as Account.email, Query.account(email:) or Account',
});

const characters = z.int().min(1).max(64);

const MASK =
  'null, redacted, hash, month, year, { keepFirst: 3 }, { keepLast: 4 } or { bucket: 1000 }';
const mask = z
  .union(
    [
      z.null(),
      z.enum(['null', 'redacted', 'hash', 'month', 'year']),
      z.strictObject({ keepFirst: characters }),
      z.strictObject({ keepLast: characters }),
      z.strictObject({ bucket: z.int().min(1).max(1_000_000_000) }),
    ],
    { error: MASK },
  )
  .transform(toMask);

type WrittenMask =
  | null
  | 'null'
  | 'redacted'
  | 'hash'
  | 'month'
  | 'year'
  | { keepFirst: number }
  | { keepLast: number }
  | { bucket: number };

function toMask(written: WrittenMask) {
  // YAML reads the bare word as the value.
  if (written === null) return { kind: 'null' } as const;
  if (typeof written === 'string') return { kind: written };
  if ('bucket' in written) return { kind: 'bucket', size: written.bucket } as const;
  if ('keepFirst' in written) {
    return { kind: 'keepFirst', characters: written.keepFirst } as const;
  }
  return { kind: 'keepLast', characters: written.keepLast } as const;
}

const rule = z
  .strictObject({
    name,
    description: name.optional(),
    when: z
      .strictObject({
        classes: names,
        tags: names,
        coordinates: z.array(coordinate).max(MOST_NAMES).default([]),
      })
      .prefault({}),
    for: z
      .strictObject({
        authenticated: z.boolean().default(false),
        granted: z.boolean().default(false),
        scopes: groups,
        roles: groups,
        domains: names,
        purposes: names,
      })
      .prefault({}),
    during: z.array(windowSchema).min(1).max(MOST_WINDOWS).default([]),
    effect: z.enum(['allow', 'mask', 'deny']),
    masks: z.array(mask).max(MOST_NAMES).default([]),
  })
  .superRefine(({ effect, masks }, context) => {
    if ((effect === 'mask') === masks.length > 0) return;
    const message = effect === 'mask' ? 'at least one mask' : 'no masks beside this effect';
    context.addIssue({ code: 'custom', path: ['masks'], message });
  });

/** The whole file. */
export const classificationSchema = z
  .strictObject({
    version: z.literal(1),
    classes: z
      .array(z.strictObject({ name, tags: given }))
      .min(1)
      .max(MOST_CLASSES),
    rules: z.array(rule).max(MOST_RULES),
  })
  .superRefine(({ classes, rules }, context) => {
    const known = new Set(classes.map((one) => one.name));
    const report = (path: PropertyKey[], message: string) =>
      context.addIssue({ code: 'custom', path, message });
    for (const index of repeated(classes)) report(['classes', index, 'name'], 'each class once');
    for (const index of repeated(rules)) report(['rules', index, 'name'], 'a name of its own');
    for (const [index, { when }] of rules.entries()) {
      for (const [at, one] of when.classes.entries()) {
        if (!known.has(one)) {
          const message = `one of the classes ${[...known].join(', ')}`;
          report(['rules', index, 'when', 'classes', at], message);
        }
      }
    }
  });

function repeated(items: readonly { readonly name: string }[]): readonly number[] {
  return items.flatMap((item, index) =>
    items.findIndex((other) => other.name === item.name) < index ? [index] : [],
  );
}
