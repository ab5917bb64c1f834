/** An operation that a data product ships as an example, as `/playground/examples.json` has it. */
export interface ExampleOperation {
  readonly product: string;
  readonly title: string;
  readonly query: string;
  readonly variables: Readonly<Record<string, unknown>> | null;
  readonly scopes: readonly string[];
  readonly claims: Readonly<Record<string, readonly string[]>>;
}

/** Loads the examples; a gateway without any, or one that does not answer, has none. */
export async function loadExamples(): Promise<readonly ExampleOperation[]> {
  try {
    const response = await fetch('/playground/examples.json', { credentials: 'omit' });
    return response.ok ? ((await response.json()) as readonly ExampleOperation[]) : [];
  } catch {
    return [];
  }
}

/** The variables of an example as the editor shows them; empty when it has none. */
export function formatVariables({ variables }: ExampleOperation): string {
  return variables === null || Object.keys(variables).length === 0
    ? ''
    : JSON.stringify(variables, null, 2);
}

/** Examples of each product, products in the order in which they first appear. */
export function groupByProduct(
  examples: readonly ExampleOperation[],
): readonly (readonly [string, readonly ExampleOperation[]])[] {
  const groups = new Map<string, ExampleOperation[]>();
  for (const example of examples) {
    const group = groups.get(example.product) ?? [];
    group.push(example);
    groups.set(example.product, group);
  }
  return [...groups];
}

/** What opens when the playground is used for the first time: one example of each product. */
export function firstExamples(examples: readonly ExampleOperation[]): readonly ExampleOperation[] {
  return groupByProduct(examples).flatMap(([, group]) => group.slice(0, 1));
}

/** Whether anybody may run the example, without a token. */
export function isOpenToAll({ scopes, claims }: ExampleOperation): boolean {
  return scopes.length === 0 && Object.keys(claims).length === 0;
}

/** The command that makes a token with which no field of the example is withheld. */
export function tokenCommand({ scopes, claims }: ExampleOperation): string {
  const parts = ['npx meshgate token --sub you@acme.example'];
  if (scopes.length > 0) parts.push(`--scope ${quote(scopes.join(' '))}`);
  for (const [name, values] of Object.entries(claims)) {
    parts.push(`--claim ${quote(`${name}=${values.join(',')}`)}`);
  }
  return parts.join(' ');
}

/** Quotes a word for a POSIX shell, where it needs that. */
function quote(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}
