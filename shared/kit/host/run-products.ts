/**
 * A process that hosts data products: starts them, tells a parent about it, and
 * stops them when it is told to.
 *
 * A parent that forked this process hears `{ kind: 'listening', product, url }` for
 * each product once all of them listen, or `{ kind: 'failed', code, message }`. When
 * the channel to the parent closes the process stops, so it never outlives a parent
 * that was killed.
 *
 * @module
 */

import { MeshgateError } from '../../errors/meshgate-error.ts';
import { createLogger } from '../../telemetry/create-logger.ts';
import type { ProductDefinition } from '../define-product.ts';
import type { RunningProduct } from '../product-settings.ts';
import { startProducts } from './start-products.ts';

/** What a parent process hears over the channel that `fork` opens. */
export type HostMessage =
  | { readonly kind: 'listening'; readonly product: string; readonly url: string }
  | { readonly kind: 'failed'; readonly code: string; readonly message: string };

/**
 * Runs the products until SIGTERM, SIGINT or the end of the parent, then drains and
 * exits with 0. Exits with 1 when one of them cannot start; the log names it.
 */
export async function runProducts<Loaders>(
  load: () => Promise<readonly ProductDefinition<Loaders>[]>,
  env: NodeJS.ProcessEnv,
): Promise<void> {
  // A parent that is gone before the products listen would not be heard of again.
  const exitAlone = (): void => process.exit(1);
  process.once('disconnect', exitAlone);
  if (process.connected === false) exitAlone();
  try {
    const running = await startProducts(await load(), env);
    process.off('disconnect', exitAlone);
    stopOnRequest(running);
    for (const { name, url } of running) tellParent({ kind: 'listening', product: name, url });
  } catch (error) {
    const { code, message } =
      error instanceof MeshgateError ? error : new MeshgateError('INTERNAL_ERROR');
    createLogger({ level: 'error', name: 'products' }).error({ code, err: error }, message);
    tellParent({ kind: 'failed', code, message }, () => process.exit(1));
  }
}

function stopOnRequest(running: readonly RunningProduct[]): void {
  let _stopping: Promise<unknown> | null = null;
  let interrupted = false;
  const stop = (): void => {
    _stopping ??= Promise.all(running.map((product) => product.close())).then(
      () => process.exit(0),
      () => process.exit(1),
    );
  };
  process.on('SIGTERM', stop);
  process.on('disconnect', stop);
  process.on('SIGINT', () => {
    // Whoever presses Ctrl-C twice does not want to wait. A parent's SIGTERM that
    // follows the terminal's SIGINT is no such wish.
    if (interrupted) process.exit(1);
    interrupted = true;
    stop();
  });
}

/** @param done Called when the message is on its way, at once if there is no parent. */
function tellParent(message: HostMessage, done: () => void = () => undefined): void {
  if (process.send === undefined || !process.connected) done();
  else process.send(message, done);
}
