/**
 * What makes gateways forget: writes of products, mutations, operators. Real gateways, one Postgres.
 */
import { expect, onTestFinished, test } from 'vitest';
import { runCommandLine } from '../../../gateway/cli/command-line.ts';
import { announceChange } from '../../../shared/kit/announce-change.ts';
import { createPool, type PostgresPool } from '../../../shared/postgres/create-pool.ts';
import { inTransaction } from '../../../shared/postgres/in-transaction.ts';
import { hearChanges } from '../../support/hear-changes.ts';
import { findMarkdownBlocks } from '../../support/markdown-blocks.ts';
import { createTestDatabase } from '../../support/postgres.ts';
import { readProjectFile } from '../../support/project-files.ts';
import { sendRequest } from '../../support/send-request.ts';
import { type AnswerCall, serveShop } from '../../support/serve-shop.ts';
import { createCommandTools } from '../../support/text-stream.ts';

const NAME = { query: '{ good(id: "1") { name } }' };
const PIECES = { query: '{ pieces }' };
const PUBLIC = { 'cache-control': 'max-age=300, public' };
const KEY = 'a key that nobody guesses';

/** Every call is answered differently and may be kept, so that equal answers were kept. */
function createCounting(): AnswerCall {
  let number = 0;
  return () => {
    number += 1;
    return {
      data: {
        good: { __typename: 'Good', id: '1', name: `name ${number}` },
        pieces: number,
        count: 1,
      },
      headers: PUBLIC,
    };
  };
}

type Shop = Awaited<ReturnType<typeof serveShop>>;

const ask = async (shop: Shop, body: object) => (await shop.post(body)).body.data;

async function createDatabase() {
  const database = await createTestDatabase();
  onTestFinished(() => database.drop());
  const pool = createPool({
    url: database.adminUrl,
    size: 2,
    statementTimeoutMs: 5000,
    applicationName: 'test',
    onIdleError: () => undefined,
  });
  onTestFinished(() => pool.close());
  return { url: database.adminUrl, pool };
}

/** Two gateways that listen to one database, and have heard all that was said until now. */
async function serveTwo(url: string, pool: PostgresPool): Promise<readonly [Shop, Shop]> {
  const shops = [
    await serveShop(createCounting(), { DATABASE_URL: url }),
    await serveShop(createCounting(), { DATABASE_URL: url }),
  ] as const;
  for (const shop of shops) {
    // A gateway that has just begun to listen forgets everything, once.
    let pieces: unknown;
    do {
      pieces = await ask(shop, PIECES);
      const name = await ask(shop, NAME);
      while (JSON.stringify(await ask(shop, NAME)) === JSON.stringify(name)) {
        await write(pool, (announce) => announce({ query: pool.query }, 'goods'));
      }
    } while (JSON.stringify(await ask(shop, PIECES)) !== JSON.stringify(pieces));
  }
  // What is said is heard in order, so what was said before this is over.
  const known = await Promise.all(shops.map((shop) => ask(shop, PIECES)));
  await write(pool, (announce) => announce({ query: pool.query }, 'stock'));
  await Promise.all(shops.map((shop, index) => untilAskedAgain(shop, PIECES, known[index])));
  return shops;
}

function write(pool: PostgresPool, work: (announce: typeof announceChange) => Promise<void>) {
  return inTransaction(
    pool,
    (client) =>
      work((_, product, changed) => announceChange({ query: client.query }, product, changed)),
    { mode: 'read-write', parameters: {} },
  );
}

async function untilAskedAgain(shop: Shop, body: object, known: unknown): Promise<void> {
  await expect.poll(() => ask(shop, body), { timeout: 500, interval: 2 }).not.toEqual(known);
}

test("a product's write makes every gateway forget within half a second, what it concerns alone", async () => {
  const { url, pool } = await createDatabase();
  const shops = await serveTwo(url, pool);
  const known = await Promise.all(
    shops.map(async (shop) => [await ask(shop, NAME), await ask(shop, PIECES)] as const),
  );

  await write(pool, (announce) => announce({ query: pool.query }, 'goods', ['Good']));

  await Promise.all(shops.map((shop, index) => untilAskedAgain(shop, NAME, known[index]?.[0])));
  expect(await Promise.all(shops.map((shop) => ask(shop, PIECES)))).toEqual(
    known.map(([, pieces]) => pieces),
  );
});

test('a write that names entities is heard of by every gateway, and one of none says nothing', async () => {
  const { url, pool } = await createDatabase();
  const shops = await serveTwo(url, pool);
  const known = await Promise.all(
    shops.map(async (shop) => [await ask(shop, NAME), await ask(shop, PIECES)] as const),
  );

  await write(pool, async (announce) => {
    await announce({ query: pool.query }, 'stock', { type: 'Good', keys: [] });
    await announce({ query: pool.query }, 'goods', { type: 'Good', keys: [{ id: '1' }] });
  });

  await Promise.all(shops.map((shop, index) => untilAskedAgain(shop, NAME, known[index]?.[0])));
  expect(await Promise.all(shops.map((shop) => ask(shop, PIECES)))).toEqual(
    known.map(([, pieces]) => pieces),
  );
});

test('a write that is rolled back is not heard of', async () => {
  const { url, pool } = await createDatabase();
  const [shop] = await serveTwo(url, pool);
  const name = await ask(shop, NAME);
  const pieces = await ask(shop, PIECES);

  const failing = write(pool, async (announce) => {
    await announce({ query: pool.query }, 'goods');
    throw new Error('no');
  });
  await expect(failing).rejects.toThrow('no');
  await write(pool, (announce) => announce({ query: pool.query }, 'stock'));

  await untilAskedAgain(shop, PIECES, pieces);
  expect(await ask(shop, NAME)).toEqual(name);
});

test('a mutation makes the other gateways forget too', async () => {
  const { url, pool } = await createDatabase();
  const [first, second] = await serveTwo(url, pool);
  const known = [await ask(second, PIECES), await ask(second, NAME)];

  await first.post({ query: 'mutation { count(pieces: 1) }' });

  await untilAskedAgain(second, PIECES, known[0]);
  expect(await ask(second, NAME)).toEqual(known[1]);
});

test('a gateway that lost the database forgets everything when it is back', async () => {
  const { url, pool } = await createDatabase();
  const [shop] = await serveTwo(url, pool);
  const name = await ask(shop, NAME);

  await pool.query(
    `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
     WHERE datname = current_database() AND application_name = 'meshgate-changes'`,
  );

  await expect.poll(() => ask(shop, NAME), { timeout: 5000, interval: 10 }).not.toEqual(name);
});

test.each<[string, readonly string[], boolean, boolean]>([
  ['everything', [], true, true],
  ['a product', ['--product', 'stock'], false, true],
  ['a type', ['--product', 'goods', '--type', 'Good'], true, false],
  ['entities', ['--product', 'goods', '--type', 'Good', '--key', 'id=1', 'id=2'], true, false],
  ['an entity', ['--product', 'goods', '--type', 'Good', '--key', '{"id":"1"}'], true, false],
  ['a cache tag', ['--product', 'goods', '--tag', 'good-1'], true, false],
  ['another tag', ['--product', 'goods', '--tag', 'good-2'], false, false],
])('meshgate cache purge: %s', async (_, args, forgetsName, forgetsPieces) => {
  const { url, pool } = await createDatabase();
  const [shop] = await serveTwo(url, pool);
  const name = await ask(shop, NAME);
  const pieces = await ask(shop, PIECES);

  const tools = createCommandTools({ DATABASE_URL: url });
  const code = await runCommandLine(['node', 'meshgate', 'cache', 'purge', ...args], tools);

  expect([code, tools.stderr.text()]).toEqual([0, '']);
  if (forgetsName) await untilAskedAgain(shop, NAME, name);
  else expect(await ask(shop, NAME)).toEqual(name);
  if (forgetsPieces) await untilAskedAgain(shop, PIECES, pieces);
  else expect(await ask(shop, PIECES)).toEqual(pieces);
});

test('the how-to has commands and a body that work', async () => {
  const { url, pool } = await createDatabase();
  const blocks = findMarkdownBlocks(readProjectFile('docs/how-to/make-gateways-forget.md'));
  const textOf = (language: string) => blocks.find((one) => one.info === language)?.text ?? '';
  const [first] = await serveTwo(url, pool);

  for (const statement of textOf('sql').trim().split('\n')) {
    const before = await ask(first, NAME);
    await pool.query(statement.replaceAll('products', 'goods').replace('"Product"', '"Good"'));
    await untilAskedAgain(first, NAME, before);
  }
  for (const command of textOf('sh').trim().split('\n')) {
    const tools = createCommandTools({ DATABASE_URL: url });
    expect(await runCommandLine(['node', ...command.split(' ')], tools)).toBe(0);
  }
  const shop = await serveWithKey();
  await ask(shop, NAME);
  await ask(shop, PIECES);
  const answer = await invalidate(shop, KEY, textOf('json'));

  expect([answer.status, answer.body]).toEqual([202, '{"count":2}']);
});

test("the how-to's trigger says which rows a statement has changed, and of many their type", async () => {
  const { url, pool } = await createDatabase();
  const blocks = findMarkdownBlocks(readProjectFile('docs/how-to/make-gateways-forget.md'));
  await pool.query('CREATE TABLE product (id text PRIMARY KEY, price integer)');
  await pool.query("INSERT INTO product SELECT 'product-' || i, 1 FROM generate_series(1, 400) i");
  await pool.query(blocks.find(({ info }) => info === 'sql trigger')?.text ?? '');
  const heard = await hearChanges(url);

  await pool.query("UPDATE product SET price = 2 WHERE id = 'nothing'");
  await pool.query("UPDATE product SET price = 2 WHERE id IN ('product-1', 'product-2')");
  await pool.query('UPDATE product SET price = 3');

  expect(await heard(2)).toEqual([
    { product: 'products', type: 'Product', keys: [{ id: 'product-1' }, { id: 'product-2' }] },
    { product: 'products', types: ['Product'] },
  ]);
});

test.each([
  ['types without their product', ['--type', 'Good'], 'expected --product with --type'],
  ['keys of nothing', ['--key', 'id=1'], 'expected --product with --type, --key'],
  ['keys without a type', ['--product', 'goods', '--key', 'id=1'], 'expected one --type'],
  [
    'keys of two types',
    ['--product', 'goods', '--type', 'Good', 'Tool', '--key', 'id=1'],
    'expected one --type',
  ],
  ['a key without a name', ['--product', 'goods', '--type', 'Good', '--key', '1'], 'name=value'],
  ['a list as a key', ['--product', 'goods', '--type', 'Good', '--key', '{"a":'], 'name=value'],
])('%s are a wrong call', async (_, args, message) => {
  const tools = createCommandTools({});

  expect(await runCommandLine(['node', 'meshgate', 'cache', 'purge', ...args], tools)).toBe(2);
  expect(tools.stderr.text()).toContain(message);
});

/** Asks a gateway to forget, as somebody with this key. */
function invalidate({ url }: Shop, authorization: string | null, body: string, method = 'POST') {
  return sendRequest(url, {
    method,
    path: '/cache/invalidate',
    headers: authorization === null ? {} : { authorization },
    body,
  });
}

const serveWithKey = () =>
  serveShop(createCounting(), {
    CACHE_INVALIDATION_KEY: 'env:FORGET_KEY',
    FORGET_KEY: KEY,
  });

test.each([KEY, `Bearer ${KEY}`])(
  'who knows the key, sent as %j, has answers forgotten',
  async (sent) => {
    const shop = await serveWithKey();
    await ask(shop, NAME);
    const pieces = await ask(shop, PIECES);

    const answer = await invalidate(
      shop,
      sent,
      JSON.stringify([
        { kind: 'type', subgraph: 'goods', type: 'Good' },
        { kind: 'subgraph', subgraph: 'nobody' },
      ]),
    );

    expect([answer.status, answer.body]).toEqual([202, '{"count":1}']);
    expect(await ask(shop, NAME)).toEqual({ good: { name: 'name 3' } });
    expect(await ask(shop, PIECES)).toEqual(pieces);
  },
);

test('answers are forgotten by cache tags, of arguments and of keys', async () => {
  const shop = await serveShop(
    (call) => {
      const id = call.query.includes('"1"') ? '1' : '2';
      return {
        data: { good: { __typename: 'Good', id }, _entities: [{ pieces: 3 }] },
        headers: PUBLIC,
      };
    },
    { CACHE_INVALIDATION_KEY: 'env:FORGET_KEY', FORGET_KEY: KEY },
  );
  for (const id of ['1', '2']) await ask(shop, { query: `{ good(id: "${id}") { pieces } }` });
  const forget = (subgraph: string, tag: string) =>
    invalidate(
      shop,
      KEY,
      JSON.stringify([{ kind: 'cache_tag', subgraphs: [subgraph], cache_tag: tag }]),
    );

  const counts = [];
  for (const [subgraph, tag] of [
    ['stock', 'good-1'],
    ['goods', 'good-1'],
    ['goods', 'good-1'],
    ['stock', 'stock-2'],
  ]) {
    counts.push((await forget(String(subgraph), String(tag))).body);
  }

  expect(counts).toEqual(['{"count":0}', '{"count":1}', '{"count":0}', '{"count":1}']);
});

test.each<[string, string | null, string, string, number, string]>([
  ['another key', 'a key', 'POST', '[]', 401, 'CACHE_KEY_REFUSED'],
  ['no key', null, 'POST', '[]', 401, 'CACHE_KEY_REFUSED'],
  ['no JSON', KEY, 'POST', 'x', 400, 'REQUEST_MALFORMED'],
  ['another kind', KEY, 'POST', '[{"kind":"all"}]', 400, 'REQUEST_MALFORMED'],
  ['another method', KEY, 'PUT', '[]', 405, 'METHOD_NOT_ALLOWED'],
])('%s is refused', async (_, key, method, body, status, code) => {
  const shop = await serveWithKey();
  const answer = await invalidate(shop, key, body, method);

  expect(answer.status).toBe(status);
  expect(JSON.parse(answer.body)).toMatchObject({ errors: [{ extensions: { code } }] });
});

test('without a key in the settings, nothing is served there', async () => {
  const shop = await serveShop(createCounting());

  expect((await invalidate(shop, KEY, '[]')).status).toBe(404);
});
