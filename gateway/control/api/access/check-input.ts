import { MeshgateError } from '../../../../shared/errors/meshgate-error.ts';

/** Characters that an argument may have. */
const MOST_CHARACTERS = {
  id: 32,
  product: 63,
  fields: 256,
  key: 1000,
  mask: 32,
  clients: 256,
  purpose: 256,
  agreement: 2000,
  reason: 2000,
} as const;

/** Entries of a list; the rules allow fewer of some. */
const MOST_ENTRIES = 200;

type TextArguments = {
  readonly [Name in keyof typeof MOST_CHARACTERS]?: string | readonly string[] | null | undefined;
};

/**
 * Holds the texts of an input against their bounds.
 *
 * @throws {MeshgateError} `INPUT_INVALID`, naming the argument and never its value.
 */
export function checkTexts(texts: TextArguments): void {
  for (const [name, most] of Object.entries(MOST_CHARACTERS)) {
    const given = texts[name as keyof TextArguments] ?? [];
    const entries = typeof given === 'string' ? [given] : given;
    if (entries.length > MOST_ENTRIES) throw refuse(`at most ${MOST_ENTRIES} entries in ${name}`);
    if (entries.some((text) => text === '' || text.length > most || text.includes('\0'))) {
      throw refuse(`1 to ${most} characters in ${name}`);
    }
  }
}

/**
 * Holds a whole number against its bounds.
 *
 * @throws {MeshgateError} `INPUT_INVALID`.
 */
export function checkCount(name: string, given: number, most: number): void {
  if (given < 1 || given > most) throw refuse(`${name} to be 1 to ${most}, but got ${given}`);
}

function refuse(expected: string): MeshgateError {
  return new MeshgateError('INPUT_INVALID', { message: `Expected ${expected}.` });
}
