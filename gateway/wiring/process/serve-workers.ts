/**
 * A gateway from its settings: in this process, or in as many workers as the settings say.
 *
 * @module
 */
import { availableParallelism } from 'node:os';
import { createMetrics } from '../../../shared/telemetry/create-metrics.ts';
import type { ServedGateway } from '../../cli/command-tools.ts';
import { WorkerFleet } from '../../cluster/worker-fleet.ts';
import type { GatewayConfig } from '../../config/config-schema.ts';
import { readConfig } from '../../config/read-config.ts';
import { createGatewayLogger } from './create-gateway-logger.ts';

/** More than this is a mistake, on whatever machine. */
const MOST_WORKERS = 64;

/** What a worker may take beyond the time that its requests have, in milliseconds. */
const STOP_MARGIN_MS = 5000;

/**
 * Starts a gateway.
 *
 * @param env Settings as the environment spells them, options of the command line laid over.
 * @throws {MeshgateError} CONFIG_INVALID, SUPERGRAPH_INVALID, PORT_TAKEN or WORKER_LOST.
 */
export async function serveWorkers(env: Readonly<Record<string, string>>): Promise<ServedGateway> {
  const config = await readConfig(env);
  const workers = countWorkers(config);
  // The planner is loaded where requests are answered only: a primary stays small.
  if (workers === 1) return (await import('./serve-gateway.ts')).serveGateway(env);
  return serveFleet(config, workers, { ...env, WORKERS: String(workers) });
}

function countWorkers({ WORKERS }: GatewayConfig): number {
  return WORKERS === 'auto' ? Math.min(availableParallelism(), MOST_WORKERS) : WORKERS;
}

async function serveFleet(
  config: GatewayConfig,
  workers: number,
  env: Readonly<Record<string, string>>,
): Promise<ServedGateway> {
  const log = createGatewayLogger(config, true);
  const fleet = new WorkerFleet({
    workers,
    env,
    stopWithinMs: config.DRAIN_MS + STOP_MARGIN_MS,
    metrics: createMetrics('gateway'),
    log,
    now: () => performance.now(),
  });
  const { url, supergraph } = await fleet.start();
  const forwardHangup = () => fleet.signal('SIGHUP');
  process.on('SIGHUP', forwardHangup);
  log.info({ url, supergraph, mode: config.MODE, workers }, 'gateway listens');
  return {
    url,
    failure: fleet.failure,
    async close() {
      await fleet.close();
      process.off('SIGHUP', forwardHangup);
      log.info('gateway closed');
    },
  };
}
