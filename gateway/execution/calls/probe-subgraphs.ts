import type { CallSubgraph } from './subgraph-answer.ts';

/** How a subgraph answered when it was last asked for nothing but its name. */
export interface SubgraphState {
  readonly name: string;
  readonly state: 'up' | 'down';
  readonly detail?: string;
}

/** A question that every GraphQL server can answer and that costs nothing. */
const PROBE = JSON.stringify({ query: '{__typename}' });

/**
 * Builds a probe of all subgraphs.
 *
 * Answers are kept for `keepMs`, and one probe runs at a time, so that a load
 * balancer which asks often costs the products nothing.
 *
 * @param keepMs Milliseconds.
 * @param now Milliseconds of any clock that only goes forward.
 */
export function createProbeSubgraphs(
  names: readonly string[],
  call: CallSubgraph,
  headersFor: (subgraph: string) => Readonly<Record<string, string>>,
  keepMs: number,
  now: () => number,
): () => Promise<readonly SubgraphState[]> {
  let latest: Promise<readonly SubgraphState[]> | null = null;
  let askedAt = 0;
  const probe = async (name: string): Promise<SubgraphState> => {
    const answer = await call({ subgraph: name, body: PROBE, headers: headersFor(name) }).answer;
    return answer.ok ? { name, state: 'up' } : { name, state: 'down', detail: answer.message };
  };
  return () => {
    if (latest === null || now() - askedAt >= keepMs) {
      askedAt = now();
      latest = Promise.all(names.map(probe));
    }
    return latest;
  };
}
