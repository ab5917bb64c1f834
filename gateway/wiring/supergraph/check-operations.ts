import { setImmediate } from 'node:timers/promises';
import type { Problem } from '../../../shared/errors/problem.ts';
import type { Metrics } from '../../../shared/telemetry/create-metrics.ts';
import type { Logger } from '../../../shared/telemetry/logger.ts';
import type { LiveOperationList } from '../../documents/live-operation-list.ts';
import type { ListedOperation } from '../../documents/parse-manifest.ts';
import type { CompiledOperation } from '../../execution/execute-operation.ts';
import { ANONYMOUS } from '../../identity/principal.ts';
import { type PreparationSettings, parseOperation } from '../../operation/parse-operation.ts';
import type { PrepareOperation } from '../../operation/prepare-operation.ts';
import type { LiveSupergraph } from '../../supergraph/live-supergraph.ts';
import type { SupergraphSnapshot } from '../../supergraph/supergraph-snapshot.ts';
import type { RightsOf } from '../request/create-rights-of.ts';
import type { SupergraphGeneration } from './build-generation.ts';

export interface CheckDoors {
  /** Null where there is none. */
  readonly operationList: LiveOperationList | null;
  readonly live: LiveSupergraph<SupergraphGeneration>;
  readonly prepare: PrepareOperation<CompiledOperation>;
  readonly settings: PreparationSettings;
  readonly rightsOf: RightsOf;
  readonly metrics: Metrics;
  readonly log: Logger;
}

/** Looks through the list in force; a later call takes over from one that is under way. Never rejects. */
export type CheckOperations = () => Promise<void>;

/** Operations made ready, a count: more than most applications have. */
const PREPARED_OPERATIONS = 500;
/** Operations named in the log one by one. */
const UNFIT_LOGGED = 20;

/**
 * Creates what says which operations of the list do not fit the supergraph that is live, and makes the
 * first of those that do ready, as somebody without rights would ask for them.
 */
export function createCheckOperations(doors: CheckDoors): CheckOperations {
  let latest = 0;
  return async () => {
    latest += 1;
    const own = latest;
    await checkAll(doors, () => own !== latest).catch((error: unknown) => {
      doors.log.error({ err: error }, 'the operation list was not checked');
    });
  };
}

async function checkAll(doors: CheckDoors, isOver: () => boolean): Promise<void> {
  const { operationList, live, settings, metrics, log } = doors;
  if (operationList === null) return;
  const { operations } = operationList.current;
  const tenure = live.enter();
  try {
    const { snapshot } = tenure.generation;
    let unfit = 0;
    let prepared = 0;
    for (const operation of operations) {
      // Parsing happens in this thread; requests go on in between.
      await setImmediate();
      if (isOver()) return;
      const parsed = parseOperation(operation.body, operation.name, snapshot, settings);
      if (!parsed.ok) {
        unfit += 1;
        if (unfit <= UNFIT_LOGGED) logUnfit(log, operation, parsed.problems);
      } else if (prepared < PREPARED_OPERATIONS) {
        prepared += 1;
        await prepareOne(doors, operation, snapshot);
      }
    }
    metrics.gauge('gateway_operation_list_unfit').set(unfit);
    const facts = { operations: operations.length, unfit, prepared };
    log[unfit > 0 ? 'warn' : 'info'](facts, 'the operation list was checked');
  } finally {
    live.leave(tenure);
  }
}

function logUnfit(log: Logger, { id, name }: ListedOperation, [problem]: readonly Problem[]): void {
  const { code, message } = problem ?? {};
  log.warn({ id, operation: name, code, problem: message }, 'a listed operation does not fit');
}

async function prepareOne(
  { prepare, rightsOf }: CheckDoors,
  { body, name }: ListedOperation,
  snapshot: SupergraphSnapshot,
): Promise<void> {
  await prepare(body, name, rightsOf(ANONYMOUS, null), snapshot);
}
