import type { Command } from 'commander';

import {
  CHANGE_CHANNEL,
  type ChangeNotice,
  writeChangeNotice,
} from '../../shared/changes/change-notice.ts';
import type { CommandTools } from './command-tools.ts';
import { withControlDatabase } from './credentials/with-control-database.ts';

interface PurgeOptions {
  readonly product?: string;
  readonly type?: readonly string[];
  readonly data: string;
  readonly json?: true;
}

/**
 * Adds `meshgate cache purge`.
 *
 * @throws {MeshgateError} From the action: `CONFIG_INVALID` and `DATABASE_UNAVAILABLE` without a
 *   database.
 */
export function addCacheCommand(program: Command, tools: CommandTools): void {
  const purge = program
    .command('cache')
    .description('answers that gateways keep')
    .command('purge')
    .description('make every gateway forget answers, so that data products are asked again')
    .option('--product <name>', 'only what holds data of this product')
    .option('--type <names...>', 'only what holds data of these types of it')
    .option('--data <folder>', 'data folder of a running mesh, without DATABASE_URL', '.meshgate')
    .option('--json', 'print what was announced as JSON');
  purge.action(async ({ product, type, data, json }: PurgeOptions) => {
    if (product === undefined && type !== undefined) {
      purge.error('error: expected --product with --type, because types belong to a product');
    }
    const notice: ChangeNotice =
      product === undefined ? 'anything' : { product, types: type ?? null };
    await withControlDatabase(data, tools.env, (pool) =>
      pool.query('SELECT pg_notify($1, $2)', [CHANGE_CHANNEL, writeChangeNotice(notice)]),
    );
    const what = product === undefined ? 'everything' : [product, ...(type ?? [])].join(' ');
    tools.stdout.write(
      json === true
        ? `${JSON.stringify({ product: product ?? null, types: type ?? null })}\n`
        : `Every gateway on this database forgets its answers: ${what}.\n`,
    );
  });
}
