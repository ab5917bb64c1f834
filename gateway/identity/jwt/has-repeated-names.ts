/** Strings and the punctuation that says what they are; everything between them is of no interest. */
const TOKENS = /"[^"\\]*(?:\\.[^"\\]*)*"|[{}[\],:]/g;

/**
 * Tells whether any object in a JSON text has two members of the same name.
 *
 * Parsers differ in which of the two counts, so a signed text with both could mean one thing to
 * this gateway and another to its neighbour.
 *
 * @param text Well-formed JSON: what `JSON.parse` has accepted.
 * @see https://www.rfc-editor.org/rfc/rfc7519#section-4
 * @see https://www.rfc-editor.org/rfc/rfc7515#section-4
 */
export function hasRepeatedNames(text: string): boolean {
  const names: Set<string>[] = [];
  let latest = '';
  for (const [token] of text.matchAll(TOKENS)) {
    if (token === '{' || token === '[') names.push(new Set());
    else if (token === '}' || token === ']') names.pop();
    else if (token === ':') {
      // Escapes are resolved first: "\u0061" and "a" are the same name.
      const name = JSON.parse(latest) as string;
      const siblings = names.at(-1);
      if (siblings?.has(name)) return true;
      siblings?.add(name);
    } else latest = token;
  }
  return false;
}
