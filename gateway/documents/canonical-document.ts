import { createHash } from 'node:crypto';
import { Lexer, Source, TokenKind } from 'graphql';

const OPENING: ReadonlySet<string> = new Set([
  TokenKind.BRACE_L,
  TokenKind.BRACKET_L,
  TokenKind.PAREN_L,
]);
const CLOSING: ReadonlySet<string> = new Set([
  TokenKind.BRACE_R,
  TokenKind.BRACKET_R,
  TokenKind.PAREN_R,
]);

/**
 * Writes a document so that two texts of the same operation are equal: white space, commas and
 * comments are left out, strings are written in one form, and operations and fragments stand in one
 * order. Names, aliases and the order of fields and arguments count.
 *
 * @param tokens Most tokens, a count.
 * @returns A digest of it, 43 characters; null for what is no GraphQL, or longer.
 * @see https://spec.graphql.org/October2021/#sec-Language.Source-Text
 */
export function digestDocument(text: string, tokens: number): string | null {
  const definitions = readDefinitions(text, tokens);
  if (definitions === null) return null;
  return createHash('sha256').update(definitions.sort().join('\n')).digest('base64url');
}

function readDefinitions(text: string, tokens: number): string[] | null {
  const lexer = new Lexer(new Source(text));
  const definitions: string[] = [];
  let words: string[] = [];
  let depth = 0;
  try {
    for (let count = 0; ; count += 1) {
      const { kind, value } = lexer.advance();
      if (kind === TokenKind.EOF) break;
      if (count >= tokens) return null;
      words.push(toWord(kind, value));
      if (OPENING.has(kind)) depth += 1;
      else if (CLOSING.has(kind)) depth -= 1;
      if (depth > 0 || kind !== TokenKind.BRACE_R) continue;
      definitions.push(words.join(' '));
      words = [];
    }
  } catch {
    return null;
  }
  if (words.length > 0) definitions.push(words.join(' '));
  return definitions;
}

function toWord(kind: TokenKind, value: string | undefined): string {
  if (kind === TokenKind.STRING || kind === TokenKind.BLOCK_STRING) return JSON.stringify(value);
  return value ?? kind;
}
