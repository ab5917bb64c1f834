/**
 * The planning thread: loads a supergraph, then plans what it is sent, one operation after the other.
 *
 * @module
 */
import { parentPort, workerData } from 'node:worker_threads';
import { parse } from 'graphql';
import { MeshgateError } from '../../shared/errors/meshgate-error.ts';
import { invariant } from '../../shared/lang/invariant.ts';
import { readSupergraph } from '../supergraph/read-supergraph.ts';
import { createPlanner, type Planner } from './create-planner.ts';
import type {
  PlanningReport,
  PlanningRequest,
  PlanningThreadData,
  ReportedError,
} from './planning-messages.ts';

const port = parentPort;
invariant(port, 'this file is the entry of a thread');

const report = (message: PlanningReport): void => port.postMessage(message);

const attempt = (work: () => PlanningReport): boolean => {
  try {
    report(work());
    return true;
  } catch (error) {
    report({ kind: 'failed', error: toReportedError(error) });
    return false;
  }
};

function toReportedError(error: unknown): ReportedError {
  const { code, message } =
    error instanceof MeshgateError ? error : new MeshgateError('OPERATION_PLANNING_FAILED');
  const cause = error instanceof MeshgateError ? error.cause : error;
  return { code, message, cause: cause instanceof Error ? (cause.stack ?? cause.message) : '' };
}

const { supergraphSdl, reportsFacts } = workerData as PlanningThreadData;
let planner: Planner | null = null;
const loaded = attempt(() => {
  const facts = reportsFacts ? readSupergraph(supergraphSdl) : null;
  planner = createPlanner(supergraphSdl);
  return { kind: 'ready', facts };
});

if (loaded) {
  port.on('message', ({ document }: PlanningRequest) => {
    attempt(() => {
      const plan = planner?.plan(parse(document, { noLocation: true })) ?? null;
      return { kind: 'planned', plan: JSON.stringify(plan) };
    });
  });
}
