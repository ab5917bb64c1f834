import { Kind, type OperationDefinitionNode, parse } from 'graphql';

import type { DescriptorProblem, Parsed } from './descriptor-problem.ts';

/** An operation against the supergraph that shows what a product is good for. */
export interface ExampleOperation {
  /** File name, such as `revenue-by-region.graphql`. */
  readonly file: string;
  /** One line for a list or a tab. */
  readonly title: string;
  /** Scopes a caller needs to see every field. */
  readonly scopes: readonly string[];
  /** Claims a caller needs to see rows, each with its values. */
  readonly claims: Readonly<Record<string, readonly string[]>>;
  readonly variables: Readonly<Record<string, unknown>>;
  readonly operationKind: 'query' | 'mutation' | 'subscription';
  readonly operationName: string;
  /** The document without its header lines. */
  readonly document: string;
}

interface Header {
  title: string | null;
  scopes: string[];
  claims: Record<string, string[]>;
  variables: Record<string, unknown>;
}

/**
 * Reads one file of `examples/`: header lines first, then one named operation.
 *
 * ```text
 * # Title: Revenue of the west by month
 * # Scopes: forecast:read forecast:margin
 * # Claims: regions=West,East team=finance
 * # Variables: {"first": 5}
 * ```
 *
 * `Title` is required, each header stands once, and the values of a claim are joined by commas.
 * Never throws; whether the operation fits the supergraph is not asked here.
 */
export function parseExampleOperation(file: string, text: string): Parsed<ExampleOperation> {
  const lines = text.split(/\r?\n/);
  const end = lines.findIndex((line) => !line.startsWith('#'));
  const headerLines = end === -1 ? lines : lines.slice(0, end);
  const document = lines.slice(headerLines.length).join('\n').trim();

  const header: Header = { title: null, scopes: [], claims: {}, variables: {} };
  const problems = [...readHeader(header, headerLines), ...missingTitle(header)];
  const operation = readOperation(document, headerLines.length);
  if (!operation.ok) problems.push(...operation.problems);
  if (problems.length > 0 || !operation.ok) return { ok: false, problems };

  return {
    ok: true,
    value: {
      ...header,
      file,
      title: header.title ?? '',
      operationKind: operation.value.operation,
      operationName: operation.value.name?.value ?? '',
      document: `${document}\n`,
    },
  };
}

function missingTitle(header: Header): DescriptorProblem[] {
  if (header.title !== null) return [];
  return [{ path: 'Title', expected: '# Title: a line of text', given: 'nothing', line: 1 }];
}

function readHeader(header: Header, lines: readonly string[]): DescriptorProblem[] {
  const seen = new Set<string>();
  return lines.flatMap((line, index) => {
    const match = /^# ?([A-Z][A-Za-z]*): *(.*?) *$/.exec(line);
    const [, name = '', value = ''] = match ?? [];
    const expected = seen.has(name) ? `${name} once` : readHeaderLine(header, name, value);
    seen.add(name);
    return expected === null
      ? []
      : [{ path: name, expected, given: JSON.stringify(line.slice(0, 78)), line: index + 1 }];
  });
}

/** Puts one header's value in its place; returns what was expected when it does not fit. */
function readHeaderLine(header: Header, name: string, value: string): string | null {
  switch (name) {
    case 'Title':
      header.title = value === '' ? null : value;
      return null;
    case 'Scopes':
      header.scopes = words(value);
      return null;
    case 'Claims':
      return readClaims(header, words(value));
    case 'Variables':
      return readVariables(header, value);
    default:
      return '# Title:, # Scopes:, # Claims: or # Variables:';
  }
}

function words(value: string): string[] {
  return value.split(/\s+/).filter((word) => word !== '');
}

function readClaims(header: Header, claims: readonly string[]): string | null {
  for (const claim of claims) {
    const [, name, values] = /^([A-Za-z_][\w-]*)=(.+)$/.exec(claim) ?? [];
    if (name === undefined || values === undefined) return 'name=value,value separated by spaces';
    header.claims[name] = values.split(',').filter((value) => value !== '');
  }
  return null;
}

function readVariables(header: Header, value: string): string | null {
  try {
    const variables: unknown = JSON.parse(value);
    if (typeof variables !== 'object' || variables === null || Array.isArray(variables)) {
      return 'a JSON object';
    }
    header.variables = variables as Record<string, unknown>;
    return null;
  } catch {
    return 'a JSON object on one line';
  }
}

/** Longest example; a person reads it. */
const MAX_TOKENS = 2000;

function readOperation(document: string, linesBefore: number): Parsed<OperationDefinitionNode> {
  const expected = 'one GraphQL operation with a name';
  try {
    const { definitions } = parse(document, { maxTokens: MAX_TOKENS });
    const operations = definitions.filter((node) => node.kind === Kind.OPERATION_DEFINITION);
    const [operation] = operations;
    if (operation?.name !== undefined && operations.length === 1) {
      return { ok: true, value: operation };
    }
    const given =
      operations.length === 1 ? 'an operation without a name' : `${operations.length} operations`;
    return { ok: false, problems: [{ path: '', expected, given, line: linesBefore + 1 }] };
  } catch (error) {
    const given = error instanceof Error ? error.message : String(error);
    return { ok: false, problems: [{ path: '', expected, given, line: linesBefore + 1 }] };
  }
}
