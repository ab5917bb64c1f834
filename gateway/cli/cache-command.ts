import { type Command, Option } from 'commander';

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
  readonly tag?: string;
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
    .addOption(
      new Option('--type <names...>', 'only what holds data of these types of it').conflicts('tag'),
    )
    .option('--tag <tag>', 'only what has this cache tag of it')
    .option('--data <folder>', 'data folder of a running mesh, without DATABASE_URL', '.meshgate')
    .option('--json', 'print what was announced as JSON');
  purge.action(async (options: PurgeOptions) => {
    const { product, type, tag, data, json } = options;
    if (product === undefined && (type !== undefined || tag !== undefined)) {
      purge.error('error: expected --product with --type and --tag, which belong to a product');
    }
    await withControlDatabase(data, tools.env, (pool) =>
      pool.query('SELECT pg_notify($1, $2)', [
        CHANGE_CHANNEL,
        writeChangeNotice(toNotice(options)),
      ]),
    );
    const facts = { product: product ?? null, types: type ?? null, tag: tag ?? null };
    const what =
      product === undefined ? 'everything' : [product, ...(type ?? []), tag ?? ''].join(' ');
    const said = `Every gateway on this database forgets its answers: ${what.trim()}.\n`;
    tools.stdout.write(json === true ? `${JSON.stringify(facts)}\n` : said);
  });
}

function toNotice({ product, type, tag }: PurgeOptions): ChangeNotice {
  if (product === undefined) return 'anything';
  return tag === undefined ? { product, types: type ?? null } : { product, tag };
}
