import type { Metrics } from '../../../shared/telemetry/create-metrics.ts';
import type { Logger } from '../../../shared/telemetry/logger.ts';
import { watchTextFile } from '../../supergraph/watch-text-file.ts';
import type { SwapSupergraph } from './create-swap-supergraph.ts';

/** A file that is written in one go rests at once; one that is copied over a network takes a moment. */
const WATCH_TIMES = { restMs: 200, pollMs: 5000 };

/**
 * Swaps the supergraph whenever its file changes, and looks at the file on SIGHUP, until it is told to stop.
 *
 * @param known Text that is live already.
 * @returns Stops.
 */
export function followSupergraphFile(
  file: string,
  known: string,
  swapSupergraph: SwapSupergraph,
  { metrics, log }: { readonly metrics: Metrics; readonly log: Logger },
): () => void {
  const watched = watchTextFile(file, known, WATCH_TIMES, {
    changed(sdl) {
      swapSupergraph(sdl).catch((error: unknown) => {
        log.error({ err: error }, 'a supergraph was not taken over');
      });
    },
    unreadable(error) {
      metrics.counter('gateway_supergraph_swaps_total', 'unreadable').inc();
      log.error({ err: error }, 'the supergraph file cannot be read; what is live goes on');
    },
  });
  const onHangup = () => void watched.look();
  process.on('SIGHUP', onHangup);
  return () => {
    process.off('SIGHUP', onHangup);
    watched.close();
  };
}
