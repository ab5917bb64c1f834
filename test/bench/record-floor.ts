import { readFile } from 'node:fs/promises';
import { createLoadEntities } from '../../gateway/execution/entity-loads.ts';
import { CompiledOperation } from '../../gateway/execution/execute-operation.ts';
import type { CallSubgraph } from '../../gateway/execution/subgraph-answer.ts';
import { createSubgraphClient } from '../../gateway/execution/subgraph-client.ts';
import { createPrepareOperation } from '../../gateway/operation/prepare-operation.ts';
import { loadSupergraphSnapshot } from '../../gateway/supergraph/supergraph-snapshot.ts';
import { NOBODY, OPEN_LIMITS } from '../support/federation-fixture.ts';
import { bodyOf } from './measure-load.ts';
import type { Workload } from './workloads.ts';

interface RecordedCall {
  readonly url: string;
  readonly body: string;
}

/** Waves of calls by request body: what the transport floor sends. */
export type FloorRecord = Readonly<
  Record<string, { readonly waves: readonly (readonly RecordedCall[])[]; readonly answer: string }>
>;

/**
 * Runs each workload once and records what has to be asked in which order.
 *
 * A call belongs to the wave after the last call that had ended when it started.
 * Of the calls of one wave to one subgraph the floor sends only the largest:
 * a perfect gateway would ask them as one.
 */
export async function recordFloor(
  supergraphFile: string,
  workloads: readonly Workload[],
): Promise<FloorRecord> {
  const snapshot = loadSupergraphSnapshot(await readFile(supergraphFile, 'utf8'));
  const urls = new Map(snapshot.subgraphs.map(({ name, url }) => [name, url]));
  const client = createSubgraphClient(snapshot.subgraphs, {
    timeoutMs: 10_000,
    connections: 8,
    responseBytes: 64 * 1024 * 1024,
    observe() {},
  });
  const prepare = createPrepareOperation(
    8,
    OPEN_LIMITS,
    (prepared) => new CompiledOperation(prepared),
    { hit() {}, miss() {}, failed() {} },
  );
  const record: Record<string, FloorRecord[string]> = {};
  for (const workload of workloads) {
    const outcome = prepare(workload.query, null, NOBODY, snapshot);
    if (!outcome.ok) throw new Error(JSON.stringify(outcome.problems));
    const waves: Map<string, string>[] = [];
    let ended = 0;
    const callSubgraph: CallSubgraph = (call) => {
      const wave = ended;
      const calls = waves[wave] ?? new Map<string, string>();
      waves[wave] = calls;
      const largest = calls.get(call.subgraph) ?? '';
      calls.set(call.subgraph, call.body.length > largest.length ? call.body : largest);
      const running = client.call(call);
      const answer = running.answer.finally(() => {
        ended = Math.max(ended, wave + 1);
      });
      return { answer, abort: () => running.abort() };
    };
    const { data } = await outcome.executable.execute({
      variables: workload.variables,
      headersFor: () => ({}),
      timeoutMs: 10_000,
      callSubgraph,
      loadEntities: createLoadEntities(callSubgraph),
    });
    record[bodyOf(workload)] = {
      waves: waves.map((calls) =>
        [...calls].map(([subgraph, body]) => ({ url: urls.get(subgraph) ?? '', body })),
      ),
      answer: JSON.stringify({ data }),
    };
  }
  await client.close();
  return record;
}
