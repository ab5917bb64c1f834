/**
 * Requests that are answered by the products while what is kept of their parts is compared with that.
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import {
  ACCOUNTS,
  type Account,
  CLASSIFICATION,
  createClassifiedSubgraphs,
} from '../../support/classified-federation.ts';
import { idsOf } from '../../support/counting-stock.ts';
import { startRedis } from '../../support/redis.ts';
import { serveFederation } from '../../support/serve-federation.ts';
import { type AnswerCall, serveShop } from '../../support/serve-shop.ts';
import { writeFolder } from '../../support/write-folder.ts';

/** What a test changes, and no product announces. */
interface Goods {
  /** By id; null where `stock` has no such entity. */
  readonly pieces: Record<string, number | null>;
  /** What the root of `stock` says. */
  total: number;
  /** Of `stock`. */
  lifetime: string;
  /** Of `goods`. */
  listLifetime: string;
  isAway: boolean;
  /** Entities that are answered with an error. */
  readonly wrong: Set<string>;
  /** What `stock` waits for before it answers for entities. */
  held: Promise<unknown> | undefined;
}

function answerAs(goods: Goods): AnswerCall {
  return async (call) => {
    const { product, query } = call;
    const ids = idsOf(call);
    if (ids.length > 0) await goods.held;
    if (product === 'stock' && goods.isAway) return { data: null, status: 503 };
    const errors = ids.flatMap((id, index) =>
      goods.wrong.has(id) ? [{ message: 'no', path: ['_entities', index] }] : [],
    );
    const _entities = ids.map((id) => {
      const pieces = goods.wrong.has(id) ? null : goods.pieces[id];
      return typeof pieces === 'number' ? { __typename: 'Good', pieces } : null;
    });
    return {
      data: { _entities, pieces: goods.total, count: goods.total, ...listsOf(query) },
      headers: { 'cache-control': product === 'stock' ? goods.lifetime : goods.listLifetime },
      ...(errors.length === 0 ? {} : { errors }),
    };
  };
}

/** What `goods` lists, by the name that the query has for it. */
function listsOf(query: string): object {
  const lists = query.matchAll(/(\w+)(?::\s*goods)?\(ids:\s*\[([^\]]*)\]/g);
  return Object.fromEntries(
    [...lists].map(([, name, ids = '']) => [
      name,
      [...ids.matchAll(/\w+/g)].map(([id]) => ({ __typename: 'Good', id })),
    ]),
  );
}

async function start(settings: Readonly<Record<string, string>> = {}) {
  const folder = await writeFolder();
  onTestFinished(() => folder.remove());
  const logFile = join(folder.path, 'log');
  const goods: Goods = {
    ...{ pieces: { 1: 1, 2: 2, 3: null }, total: 5, lifetime: 'max-age=300, public' },
    ...{ listLifetime: 'no-store', isAway: false, wrong: new Set<string>(), held: undefined },
  };
  const shop = await serveShop(answerAs(goods), {
    ...{ CACHE_SHADOW_PERCENT: '100', ENTITY_CACHE_BYTES: '1000000', RESPONSE_CACHE_BYTES: '0' },
    ...{ LOG_LEVEL: 'warn', LOG_FILE: logFile },
    ...settings,
  });
  const ask = async (ids: readonly string[], headers: Readonly<Record<string, string>> = {}) => {
    const query = `query Goods { goods(ids: ${JSON.stringify(ids)}) { pieces } }`;
    return (await shop.post({ query }, headers)).body.data;
  };
  /** The parts of `stock` that were the same, different and absent. */
  const counts = (type = 'Good') =>
    Promise.all(
      ['same', 'different', 'absent'].map((state) =>
        shop.metric(
          `gateway_entity_cache_shadow_total{subgraph="stock",type="${type}",state="${state}"}`,
        ),
      ),
    );
  const readLog = async () => {
    await shop.close();
    const lines = (await readFile(logFile, 'utf8')).split('\n');
    return lines.filter((line) => line.includes('differ from'));
  };
  /** Forgets all that `stock` has given. */
  const announce = () => shop.post({ query: 'mutation { count(pieces: 1) }' });
  const asked = () => shop.calls.filter((call) => idsOf(call).length > 0).map(idsOf);
  return { goods, shop, ask, counts, readLog, announce, asked };
}

test('products are asked for every entity, and what they say again is counted as the same', async () => {
  const { ask, counts, asked } = await start();
  await ask(['1', '2']);

  expect(await ask(['1', '2'])).toEqual({ goods: [{ pieces: 1 }, { pieces: 2 }] });
  expect(await counts()).toEqual([2, 0, 2]);
  expect(asked()).toEqual([
    ['1', '2'],
    ['1', '2'],
  ]);
});

test('what has changed and was not announced is different for as long as it is kept', async () => {
  const { goods, ask, counts } = await start();
  await ask(['1', '2']);
  goods.pieces[1] = 7;
  await ask(['1', '2']);

  expect(await ask(['1', '2'])).toEqual({ goods: [{ pieces: 7 }, { pieces: 2 }] });
  expect(await counts()).toEqual([2, 2, 2]);
});

test('what differs is logged once for a call, with neither a value nor a key', async () => {
  const { goods, ask, readLog } = await start();
  await ask(['1', '2', '424242']);
  Object.assign(goods.pieces, { 1: 313131, 2: 3, 424242: 4 });
  await ask(['1', '2', '424242']);
  const lines = await readLog();

  expect(lines.map((line) => JSON.parse(line))).toEqual([
    {
      ...{ level: 'warn', name: 'gateway', msg: 'kept parts differ from what a product says' },
      ...{ operation: 'Goods', product: 'stock', type: 'Good', parts: 3, paths: 3 },
      ...{ requestId: expect.any(String), time: expect.anything() },
    },
  ]);
  expect(lines.join().replaceAll(/"(requestId|time)":"?[^",]*/g, '')).not.toMatch(/424242|313131/);
});

test('what a product has announced is not different', async () => {
  const { goods, ask, counts, announce } = await start();
  await ask(['1', '2']);
  goods.pieces[1] = 7;
  await announce();
  await ask(['1', '2']);
  await ask(['1', '2']);

  expect(await counts()).toEqual([2, 0, 4]);
});

test('what is forgotten while the product is asked is not counted', async () => {
  const { goods, shop, ask, counts, announce, asked } = await start();
  await ask(['1', '2']);
  let release = () => {};
  goods.held = new Promise<void>((resolve) => {
    release = resolve;
  });
  const answer = ask(['1', '2']);
  await expect.poll(() => asked().length).toBe(2);
  goods.pieces[1] = 7;
  await announce();
  release();

  expect(await answer).toEqual({ goods: [{ pieces: 7 }, { pieces: 2 }] });
  expect(await counts()).toEqual([0, 0, 2]);
  expect(await shop.metric('gateway_entity_cache_parts{subgraph="stock",type="Good"}')).toBe(0);
});

test('only what nothing was kept of is kept when it comes', async () => {
  const { goods, ask, counts, asked } = await start();
  await ask(['1']);
  goods.pieces[1] = 7;
  await ask(['2', '1']);
  await ask(['2', '1']);

  expect(await counts()).toEqual([1, 2, 2]);
  expect(asked()).toEqual([['1'], ['2', '1'], ['2', '1']]);
});

test('an entity that is not there is compared as well', async () => {
  const { goods, ask, counts } = await start();
  await ask(['3', '1']);
  await ask(['3', '1']);
  goods.pieces[3] = 3;
  goods.pieces[1] = null;

  expect(await ask(['3', '1'])).toEqual({ goods: [{ pieces: 3 }, { pieces: null }] });
  expect(await counts()).toEqual([2, 2, 2]);
});

test('an answer in which an entity is not there is kept for no longer than that is believed', async () => {
  const { goods, shop } = await start({
    ...{ RESPONSE_CACHE_BYTES: '1000000', ENTITY_CACHE_MISSING_SECONDS: '9' },
  });
  goods.listLifetime = goods.lifetime;
  const query = '{ goods(ids: ["3"]) { pieces } }';
  await shop.post({ query });

  expect((await shop.post({ query })).headers.get('cache-control')).toMatch(/max-age=[89],/);
});

test('what fails is not counted: no call, and no entity with an error', async () => {
  const { goods, ask, counts } = await start();
  await ask(['1', '2']);
  goods.wrong.add('1');
  await ask(['1', '2', '4']);
  goods.isAway = true;
  await ask(['1', '2']);
  await ask(['5']);

  expect(await counts()).toEqual([1, 0, 3]);
});

test('what is kept for one caller is not compared for another', async () => {
  const { goods, shop, ask, counts } = await start();
  goods.lifetime = 'max-age=300, private';
  const [ann, bob] = await Promise.all([shop.caller({ sub: 'ann' }), shop.caller({ sub: 'bob' })]);
  await ask(['1'], ann);
  goods.pieces[1] = 7;
  await ask(['1'], bob);
  await ask(['1'], bob);

  expect(await counts()).toEqual([1, 0, 2]);
  await ask(['1'], ann);
  expect(await counts()).toEqual([1, 1, 2]);
});

test('what a product does not allow to be kept is not absent', async () => {
  const { goods, ask, counts } = await start();
  goods.lifetime = 'no-store';
  await ask(['1']);

  expect(await counts()).toEqual([0, 0, 0]);
});

test('what calls from the root have given is compared, whatever the operation', async () => {
  const { goods, shop, counts, asked } = await start({ INTROSPECTION: 'true' });
  await shop.post({ query: '{ pieces }' });
  await shop.post({ query: '{ pieces }' });
  goods.total = 6;
  const answer = await shop.post({ query: '{ pieces __schema { queryType { name } } }' });

  expect(answer.body.data).toMatchObject({ pieces: 6 });
  expect(await counts('Query')).toEqual([1, 1, 1]);
  expect(asked()).toEqual([]);
});

test('equal queries at the same time are each answered by the products', async () => {
  const { shop, counts } = await start({ DEDUPLICATE_QUERIES: 'true' });
  await shop.post({ query: '{ pieces }' });
  await Promise.all([1, 2].map(() => shop.post({ query: '{ pieces }' })));

  expect(shop.calls).toHaveLength(3);
  expect(await counts('Query')).toEqual([2, 0, 1]);
});

test('loads that are sent in one call are compared and kept each for itself', async () => {
  const { goods, shop, ask, counts, asked } = await start();
  goods.pieces[4] = 4;
  const query = `{
    one: goods(ids: ["1", "2"]) { pieces }
    other: goods(ids: ["2", "4"]) { pieces }
  }`;
  await ask(['2']);
  await shop.post({ query });
  goods.pieces[1] = 7;
  await shop.post({ query });

  expect(asked()).toEqual([['2'], ['1', '2', '4'], ['1', '2', '4']]);
  expect(await counts()).toEqual([5, 1, 3]);
});

test('answers and their parts are compared in the same request', async () => {
  const { goods, shop, ask, counts } = await start({ RESPONSE_CACHE_BYTES: '1000000' });
  goods.lifetime = 'max-age=300, public';
  await shop.post({ query: '{ pieces }' });
  goods.total = 6;
  await shop.post({ query: '{ pieces }' });
  await ask(['1']);

  const different = await shop.metric('gateway_response_cache_shadow_total{result="different"}');
  expect(different).toBe(1);
  expect(await counts('Query')).toEqual([0, 1, 1]);
});

test('without a shadow nothing is compared, and parts are given', async () => {
  const { goods, ask, counts, asked } = await start({ CACHE_SHADOW_PERCENT: '0' });
  await ask(['1']);
  goods.pieces[1] = 7;

  expect(await ask(['1'])).toEqual({ goods: [{ pieces: 1 }] });
  expect(await counts()).toEqual([0, 0, 0]);
  expect(asked()).toEqual([['1']]);
});

test('a client that wants nothing kept has nothing compared', async () => {
  const { goods, ask, counts } = await start();
  await ask(['1']);
  goods.pieces[1] = 7;
  await ask(['1'], { 'cache-control': 'no-store' });

  expect(await counts()).toEqual([0, 0, 1]);
});

test('a client that wants all anew has it kept, and nothing compared', async () => {
  const { goods, ask, counts } = await start();
  await ask(['1']);
  goods.pieces[1] = 7;
  await ask(['1'], { 'cache-control': 'no-cache' });
  await ask(['1']);

  expect(await counts()).toEqual([1, 0, 1]);
});

test('an answer that is repeated has its parts compared each time', async () => {
  const { goods, ask, counts } = await start();
  for (let count = 0; count < 6; count += 1) await ask(['1', '2']);
  goods.pieces[1] = 7;

  expect(await ask(['1', '2'])).toEqual({ goods: [{ pieces: 7 }, { pieces: 2 }] });
  expect(await counts()).toEqual([11, 1, 2]);
});

test('values are compared before masks are put on them', async () => {
  const folder = await writeFolder({ 'rules.yaml': CLASSIFICATION, secret: 'of-this-test' });
  onTestFinished(() => folder.remove());
  const accounts: Account[] = [...ACCOUNTS];
  const subgraphs = createClassifiedSubgraphs(() => accounts);
  const gateway = await serveFederation(
    subgraphs.map((one) => ({ ...one, cacheControl: 'public, max-age=600' })),
    {
      ...{ CACHE_SHADOW_PERCENT: '100', RESPONSE_CACHE_BYTES: '0' },
      CLASSIFICATION_RULES: join(folder.path, 'rules.yaml'),
      MASK_SECRET: `file:${join(folder.path, 'secret')}`,
    },
  );
  const ask = async (role: string) => {
    const authorization = `Bearer ${await gateway.token({ roles: [role] })}`;
    const query = '{ account(id: "a1") { email } }';
    return (await gateway.post({ query }, { authorization })).body.data;
  };
  const count = (state: string) =>
    gateway.metric(
      `gateway_entity_cache_shadow_total{subgraph="accounts",type="Query",state="${state}"}`,
    );

  expect(await ask('support')).toEqual({ account: { email: 'a***' } });
  expect(await ask('steward')).toEqual({ account: { email: 'ada@acme.example' } });
  accounts[0] = { ...accounts[0], email: 'also@acme.example' } as Account;
  expect(await ask('support')).toEqual({ account: { email: 'a***' } });
  expect([await count('same'), await count('different')]).toEqual([1, 1]);
});

test('nothing is taken from Redis, and what comes is not put there', async () => {
  const redis = await startRedis();
  const { shop, ask, counts, asked } = await start({ REDIS_URL: redis.url });
  const other = await shop.serveAnother({ CACHE_SHADOW_PERCENT: '0' });
  const askOther = (ids: string) => other.post({ query: `{ goods(ids: ${ids}) { pieces } }` });
  const keys = async () => (await redis.command('KEYS', 'meshgate:*')).trim().split('\n').length;
  const connections = async () =>
    (await redis.command('CLIENT', 'LIST')).split('name=meshgate').length - 1;
  await expect.poll(connections).toBe(4);
  await askOther('["2"]');
  await expect.poll(keys).toBe(2);
  await ask(['1', '2']);
  await ask(['1', '2']);
  await askOther('["1", "2"]');

  expect(await counts()).toEqual([2, 0, 2]);
  expect(asked()).toEqual([['2'], ['1', '2'], ['1', '2'], ['1']]);
});
