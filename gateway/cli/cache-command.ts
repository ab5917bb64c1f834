import { type Command, Option } from 'commander';

import {
  areKeys,
  CHANGE_CHANNEL,
  type ChangeNotice,
  type EntityKey,
  MOST_KEYS,
  writeChangeNotice,
} from '../../shared/changes/change-notice.ts';
import type { CommandTools } from './command-tools.ts';
import { withControlDatabase } from './credentials/with-control-database.ts';

interface PurgeOptions {
  readonly product?: string;
  readonly type?: readonly string[];
  readonly key?: readonly string[];
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
    .addOption(
      new Option(
        '--key <keys...>',
        'only what may hold these entities of the one type: name=value, or an object in JSON for several fields',
      ).conflicts('tag'),
    )
    .option('--tag <tag>', 'only what has this cache tag of it')
    .option('--data <folder>', 'data folder of a running mesh, without DATABASE_URL', '.meshgate')
    .option('--json', 'print what was announced as JSON');
  purge.action(async (options: PurgeOptions) => {
    const outcome = parseOptions(options);
    if (!outcome.ok) purge.error(`error: expected ${outcome.expected}`);
    else await announce(outcome.notice, options, tools);
  });
}

async function announce(
  notice: ChangeNotice,
  options: PurgeOptions,
  tools: CommandTools,
): Promise<void> {
  await withControlDatabase(options.data, tools.env, (pool) =>
    pool.query('SELECT pg_notify($1, $2)', [CHANGE_CHANNEL, writeChangeNotice(notice)]),
  );
  const { product = null, type: types = null, tag = null } = options;
  const keys = notice !== 'anything' && 'keys' in notice ? notice.keys : null;
  tools.stdout.write(
    options.json === true
      ? `${JSON.stringify({ product, types, keys, tag })}\n`
      : `Every gateway on this database forgets its answers: ${describe(options)}.\n`,
  );
}

function describe({ product, type = [], key = [], tag }: PurgeOptions): string {
  if (product === undefined) return 'everything';
  return [product, ...type, ...key, ...(tag === undefined ? [] : [tag])].join(' ');
}

/** @returns Null for what is neither `name=value` nor an object in JSON. */
function parseKey(text: string): EntityKey | null {
  if (!text.startsWith('{')) {
    const [, name, value] = /^([_A-Za-z]\w*)=(.+)$/s.exec(text) ?? [];
    return name === undefined ? null : { [name]: value };
  }
  try {
    return JSON.parse(text) as EntityKey;
  } catch {
    return null;
  }
}

type ParsedOptions =
  | { readonly ok: true; readonly notice: ChangeNotice }
  | { readonly ok: false; readonly expected: string };

function parseOptions({ product, type, key, tag }: PurgeOptions): ParsedOptions {
  if (product === undefined) {
    return type === undefined && tag === undefined && key === undefined
      ? { ok: true, notice: 'anything' }
      : refuse('--product with --type, --key and --tag, which belong to a product');
  }
  if (key !== undefined) return parseKeys(product, type ?? [], key);
  const notice = tag === undefined ? { product, types: type ?? null } : { product, tag };
  return { ok: true, notice };
}

function parseKeys(
  product: string,
  [type, ...others]: readonly string[],
  texts: readonly string[],
): ParsedOptions {
  if (type === undefined || others.length > 0) {
    return refuse('one --type with --key, which belongs to a type');
  }
  const keys: unknown = texts.map(parseKey);
  return areKeys(keys)
    ? { ok: true, notice: { product, type, keys } }
    : refuse(`1 to ${MOST_KEYS} keys, each as name=value or as an object in JSON`);
}

function refuse(expected: string): ParsedOptions {
  return { ok: false, expected };
}
