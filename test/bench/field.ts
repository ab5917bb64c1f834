import type { ContestantName, Workload } from './workloads.ts';

/** One server that answers workloads. */
export interface Contestant {
  readonly name: ContestantName;
  readonly about: string;
  readonly url: string;
  readonly pid: number;
  /** Tokens that requests use in turn; none for a server that checks nothing. */
  readonly tokens: readonly string[];
  stop(): Promise<void>;
}

/** Servers that are compared, and the same subgraphs behind all of them. */
export interface Field {
  readonly workloads: readonly Workload[];
  readonly contestants: readonly Contestant[];
  /** What a reader of the figures has to know. */
  readonly notes: readonly string[];
  /** GraphQL calls that reached the subgraphs so far. */
  calls(): Promise<number>;
  stop(): Promise<void>;
}

/** The gateway under test has this core to itself; load and subgraphs share the other. */
export const GATEWAY_CORE = 0;
export const LOAD_CORE = 1;

/** Asks a workload once. @returns The body of the answer, parsed. */
export async function ask(
  { url, tokens: [token] }: Pick<Contestant, 'url' | 'tokens'>,
  workload: Workload,
): Promise<{ readonly data?: unknown; readonly errors?: unknown }> {
  const headers = {
    'content-type': 'application/json',
    ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
  };
  const response = await fetch(url, { method: 'POST', headers, body: bodyOf(workload) });
  return (await response.json()) as { data?: unknown };
}

/** The body with which every request of a workload is sent. */
export function bodyOf({ query, variables }: Workload): string {
  return JSON.stringify({ query, variables });
}
