/**
 * Entity loads of concurrent requests, merged.
 *
 * Requests that arrive together ask the products the same things: fifty dashboards
 * want the same nine products. A load waits until the event loop has handled what
 * is there, then everything of one kind goes out as one call, and each entity in
 * it once. Nothing waits longer than that, so an idle gateway loses no time, and a
 * load never joins a call that has left already: what it gets was read after it
 * asked, and a client sees its own writes.
 *
 * Two loads are of one kind when everything that would be sent is equal: product,
 * operation, variables and every header, the authorization first of all. Only the
 * request id may differ; a merged call carries the first one's. So rights never
 * mix: what a caller gets was asked with that caller's own token.
 *
 * @module
 */
import type { AnswerMemory } from '../repetition/answer-memory.ts';
import { EntityBatch } from './entity-batch.ts';
import type { EntityLoad, RunningLoad } from './entity-load.ts';
import type { CallSubgraph } from './subgraph-answer.ts';

/**
 * Creates the merging of loads for the subgraphs of one supergraph.
 *
 * @param memory Of what was answered before; null remembers nothing.
 */
export function createLoadEntities(
  call: CallSubgraph,
  memory: AnswerMemory | null,
): (load: EntityLoad) => RunningLoad {
  const waiting = new Map<string, EntityBatch>();

  const sendAll = (): void => {
    const batches = [...waiting.values()];
    waiting.clear();
    for (const batch of batches) batch.send(call);
  };

  return (load) => {
    const kind = kindOf(load);
    let batch = waiting.get(kind);
    if (batch === undefined) {
      if (waiting.size === 0) setImmediate(sendAll);
      batch = new EntityBatch(load, memory);
      waiting.set(kind, batch);
    }
    const running = batch.join(load);
    if (batch.isFull()) {
      waiting.delete(kind);
      batch.send(call);
    }
    return running;
  };
}

/** Lengths stand before the texts, so that no two different loads are written alike. */
function kindOf({ subgraph, bodyStart, variables, headers }: EntityLoad): string {
  let kind = `${subgraph}\n${bodyStart.length}\n${bodyStart}${variables.length}\n${variables}`;
  for (const name in headers) {
    if (name === 'x-request-id') continue;
    const value = headers[name] ?? '';
    kind += `${name}\n${value.length}\n${value}`;
  }
  return kind;
}
