/** Quotes, backslashes, control characters and surrogates: what the ranges leave out. */
const ESCAPED = /[^ !#-[\]-\ud7ff\ue000-\uffff]/;

/** Up to this many characters a loop was measured to be faster than the regular expression. */
const LOOPED_CHARACTERS = 40;

/**
 * Tells whether a string stands in JSON as it is, between quotes. False for every string with a
 * surrogate: `JSON.stringify` leaves pairs alone and escapes lone ones, and is left to tell them apart.
 */
export function standsAsItIs(value: string): boolean {
  const { length } = value;
  if (length > LOOPED_CHARACTERS) return !ESCAPED.test(value);
  for (let index = 0; index < length; index += 1) {
    const unit = value.charCodeAt(index);
    if (unit < 0x20 || unit === 0x22 || unit === 0x5c || unit >= 0xd800) return false;
  }
  return true;
}

/** Writes a string exactly as `JSON.stringify` does. */
export function writeString(value: string): string {
  return standsAsItIs(value) ? `"${value}"` : JSON.stringify(value);
}

/**
 * Writes a name of a schema or an operation: letters, digits and `_`.
 *
 * A name cut from a text with any character beyond Latin-1 takes two bytes a character in V8, and
 * so does every text that it becomes a part of. A whole answer doubled by one name was measured
 * to take four times as long to be joined and encoded, so a name is made anew with one byte each.
 *
 * @see https://spec.graphql.org/October2021/#Name
 */
export function writeName(name: string): string {
  return Buffer.from(`"${name}"`, 'latin1').toString('latin1');
}
