/**
 * One worker of several: a gateway that is told by its primary when to end.
 *
 * @module
 */
import { createMetrics } from '../../../shared/telemetry/create-metrics.ts';
import { createWorkerLink } from '../../cluster/worker-link.ts';
import { serveGateway } from './serve-gateway.ts';

/**
 * Serves until the primary, or SIGTERM, ends it; the primary is told what came of it.
 *
 * @param env Settings as the primary has put them together.
 * @returns The exit code.
 */
export async function serveWorker(
  env: Readonly<Record<string, string | undefined>>,
): Promise<0 | 1> {
  const metrics = createMetrics('gateway');
  const link = createWorkerLink(() => metrics.snapshot());
  try {
    const gateway = await serveGateway(env, { metrics, renderMetrics: () => link.metricsOfAll() });
    link.listens({ url: gateway.url, supergraph: gateway.supergraph });
    await link.stopped;
    await gateway.close();
    await link.leave();
    return 0;
  } catch (error) {
    await link.refuse(error);
    return 1;
  }
}
