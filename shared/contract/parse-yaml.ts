/**
 * YAML from people we do not know, read within limits.
 *
 * The `yaml` package composes recursively, and a line of a few thousand dashes ends
 * the whole process inside V8. Nesting is therefore measured on the token stream,
 * which is flat, before anything is composed.
 *
 * @module
 */

import { type Document, Lexer, LineCounter, parseDocument } from 'yaml';

import { type DescriptorProblem, describeValue, type Parsed } from './descriptor-problem.ts';

/** Largest accepted text, in UTF-16 code units. */
export const MAX_YAML_LENGTH = 262_144;
/** Most leading blanks and block indicators (`-`, `?`, `:`) in one line. */
export const MAX_YAML_INDENT = 128;
/** Deepest accepted nesting of `[` and `{`. */
export const MAX_YAML_FLOW_DEPTH = 32;
/** Most faults reported for one text. */
const MAX_YAML_FAULTS = 20;

/** A YAML document as plain values, with the way back to its lines. */
export interface YamlDocument {
  readonly value: unknown;
  /** Line, counted from 1, of the nearest existing node on the way to `path`. */
  lineOf(path: readonly PropertyKey[]): number | null;
}

/**
 * Reads one YAML 1.2 document with the core schema: dates stay strings, a key stands
 * once, and there are no anchors, aliases, merge keys or tags.
 */
export function parseYaml(text: string): Parsed<YamlDocument> {
  const excess = findExcess(text);
  if (excess !== null) return { ok: false, problems: [excess] };

  const lines = new LineCounter();
  const document = parseDocument(text, {
    version: '1.2',
    schema: 'core',
    lineCounter: lines,
    prettyErrors: false,
    logLevel: 'error',
  });
  const faults = [...document.errors, ...document.warnings].slice(0, MAX_YAML_FAULTS);
  if (faults.length > 0) {
    const problems = faults.map((fault) => ({
      path: '',
      expected: 'well-formed YAML 1.2 in one document',
      given: fault.message,
      line: lines.linePos(fault.pos[0]).line,
    }));
    return { ok: false, problems };
  }
  return {
    ok: true,
    value: {
      value: document.toJS({ maxAliasCount: 0 }),
      lineOf: (path) => findLine(document, lines, path),
    },
  };
}

function findLine(
  document: Document,
  lines: LineCounter,
  path: readonly PropertyKey[],
): number | null {
  for (let length = path.length; length >= 0; length -= 1) {
    const node = document.getIn(path.slice(0, length), true);
    if (hasRange(node)) return lines.linePos(node.range[0]).line;
  }
  return null;
}

function hasRange(node: unknown): node is { range: readonly [number, number, number] } {
  return typeof node === 'object' && node !== null && 'range' in node && Array.isArray(node.range);
}

/** Where the lexer stands: enough to bound the nesting, nothing more. */
interface Position {
  line: number;
  /** Leading blanks of the line, plus every block indicator in it: no line nests deeper than this. */
  indent: number;
  /** Whether only blanks and block indicators came before in this line. */
  leading: boolean;
  flowDepth: number;
}

function findExcess(text: string): DescriptorProblem | null {
  if (text.length > MAX_YAML_LENGTH) {
    return {
      path: '',
      expected: `at most ${MAX_YAML_LENGTH} characters`,
      given: `${text.length} characters`,
      line: null,
    };
  }
  const at: Position = { line: 1, indent: 0, leading: true, flowDepth: 0 };
  for (const token of new Lexer().lex(text)) {
    const expected = advance(at, token);
    if (expected !== null) {
      return { path: '', expected, given: describeValue(token), line: at.line };
    }
  }
  return null;
}

/** Moves over one token; returns what was expected when the token goes too far. */
function advance(at: Position, token: string): string | null {
  if (token.startsWith('*') || token.startsWith('&')) return 'no anchors and no aliases';

  if (token === '[' || token === '{') at.flowDepth += 1;
  if (token === ']' || token === '}') at.flowDepth = Math.max(0, at.flowDepth - 1);
  if (at.flowDepth > MAX_YAML_FLOW_DEPTH) {
    return `at most ${MAX_YAML_FLOW_DEPTH} levels of [ and {`;
  }
  advanceInLine(at, token);
  return at.indent > MAX_YAML_INDENT ? `at most ${MAX_YAML_INDENT} columns of indentation` : null;
}

function advanceInLine(at: Position, token: string): void {
  if (/[\n\r]$/.test(token)) {
    at.line += token.split('\n').length - 1;
    at.indent = 0;
    at.leading = true;
  } else if (at.flowDepth === 0 && /^[-?:]$/.test(token)) {
    at.indent += 1;
  } else if (/^[ \t]+$/.test(token)) {
    if (at.leading) at.indent += token.length;
  } else {
    at.leading = false;
  }
}
