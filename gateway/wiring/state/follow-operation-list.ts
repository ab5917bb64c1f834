import { readFile } from 'node:fs/promises';
import { MeshgateError } from '../../../shared/errors/meshgate-error.ts';
import type { Metrics } from '../../../shared/telemetry/create-metrics.ts';
import type { Logger } from '../../../shared/telemetry/logger.ts';
import type { GatewayConfig } from '../../config/config-schema.ts';
import type { LiveOperationList } from '../../documents/live-operation-list.ts';
import { mergeManifests, type NamedManifest } from '../../documents/merge-manifests.ts';
import { OperationList } from '../../documents/operation-list.ts';
import { watchTextFile } from '../../supergraph/watch-text-file.ts';
import type { CheckOperations } from '../supergraph/check-operations.ts';

/** Altogether less than a second, where a file system reports no changes too. */
const WATCH_TIMES = { restMs: 200, pollMs: 500 };

/** The operation list in force, and the texts that it was read from. */
export interface LoadedOperationList {
  readonly live: LiveOperationList;
  readonly manifests: readonly NamedManifest[];
  /** Most tokens of a document, a count. */
  readonly tokens: number;
}

/**
 * Loads the operation list.
 *
 * @returns Null where the configuration wants none.
 * @throws {MeshgateError} `CONFIG_INVALID` when a manifest cannot be read or is not valid.
 */
export async function loadOperationList(
  config: GatewayConfig,
): Promise<LoadedOperationList | null> {
  if (config.PERSISTED_OPERATIONS === 'off') return null;
  const manifests = await Promise.all(config.PERSISTED_OPERATIONS_FILES.map(readManifest));
  const tokens = config.DOCUMENT_TOKENS;
  return { live: { current: toOperationList(manifests, tokens) }, manifests, tokens };
}

/**
 * Has the list checked, and takes over manifests whenever one changes, until it is told to stop. One that is not valid, or does
 * not go with the others, is refused as a whole, and the list that is in force stays.
 *
 * @param loaded Null where there is none.
 * @param check Called for each list in force.
 * @returns Stops.
 */
export function followOperationList(
  loaded: LoadedOperationList | null,
  { metrics, log }: { readonly metrics: Metrics; readonly log: Logger },
  check: CheckOperations,
): () => void {
  if (loaded === null) return () => {};
  const { live, manifests, tokens } = loaded;
  void check();
  const texts = new Map(manifests.map(({ file, text }) => [file, text]));
  const count = (outcome: string) =>
    metrics.counter('gateway_operation_list_swaps_total', outcome).inc();
  const watched = manifests.map(({ file, text: known }) =>
    watchTextFile(file, known, WATCH_TIMES, {
      changed(text) {
        texts.set(file, text);
        try {
          const all = [...texts].map(([name, latest]) => ({ file: name, text: latest }));
          live.current = toOperationList(all, tokens);
          count('swapped');
          const { length: operations } = live.current.operations;
          log.info({ file, operations }, 'a new operation list is in force');
          void check();
        } catch (error) {
          count('refused');
          log.error({ file, err: error }, 'a manifest was refused; the list in force stays');
        }
      },
      unreadable(error) {
        count('unreadable');
        log.error({ file, err: error }, 'a manifest cannot be read; the list in force stays');
      },
    }),
  );
  return () => {
    for (const one of watched) one.close();
  };
}

/** @throws {MeshgateError} `CONFIG_INVALID`, with what is wrong. */
function toOperationList(manifests: readonly NamedManifest[], tokens: number): OperationList {
  const merged = mergeManifests(manifests);
  if (merged.ok) return new OperationList(merged.operations, tokens);
  const message = ['The operation list is not valid:', ...merged.problems].join('\n  ');
  throw new MeshgateError('CONFIG_INVALID', { message });
}

async function readManifest(file: string): Promise<NamedManifest> {
  const text = await readFile(file, 'utf8').catch((cause: NodeJS.ErrnoException) => {
    const message = `PERSISTED_OPERATIONS_FILES: expected a manifest at ${file}, but it cannot be read (${cause.code}).`;
    throw new MeshgateError('CONFIG_INVALID', { message, cause });
  });
  return { file, text };
}
