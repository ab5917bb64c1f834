import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { serveShop } from '../../support/serve-shop.ts';
import { writeFolder } from '../../support/write-folder.ts';

const QUERY = 'query Goods { goods(ids: ["1", "2"]) { pieces } margin }';

async function start(settings: Readonly<Record<string, string>> = {}) {
  const folder = await writeFolder();
  onTestFinished(() => folder.remove());
  const logFile = join(folder.path, 'log');
  const stock = { pieces: 1, isAway: false };
  const shop = await serveShop(
    ({ product }) => {
      if (product === 'stock' && stock.isAway) return { data: null, status: 503 };
      const { pieces } = stock;
      const goods = ['1', '2'].map((id) => ({ __typename: 'Good', id }));
      const _entities = goods.map(() => ({ __typename: 'Good', pieces }));
      const headers = { 'cache-control': 'max-age=300, public' };
      return { data: { goods, _entities, pieces, count: pieces }, headers };
    },
    {
      ...{ CACHE_SHADOW_PERCENT: '100', ENTITY_CACHE_BYTES: '1000000' },
      ...{ LOG_LEVEL: 'warn', LOG_FILE: logFile },
      ...settings,
    },
  );
  const counts = async () =>
    Promise.all(
      ['same', 'different', 'absent'].map((result) =>
        shop.metric(`gateway_response_cache_shadow_total{result="${result}"}`),
      ),
    );
  const ask = async (more: object = {}) => (await shop.post({ query: QUERY, ...more })).body;
  return { stock, shop, ask, counts, readLog: () => readFile(logFile, 'utf8') };
}

test('in a shadow products answer, and what is kept is compared with that for its lifetime', async () => {
  const { stock, ask, counts, shop } = await start();
  await ask();
  await ask();
  stock.pieces = 2;
  const changed = await ask();
  await ask();

  expect(changed.data).toMatchObject({ goods: [{ pieces: 2 }, { pieces: 2 }] });
  expect(await counts()).toEqual([1, 2, 1]);
  expect(shop.calls).toHaveLength(8);
});

test('what differs is logged without a value', async () => {
  const { stock, ask, shop, readLog } = await start();
  await ask();
  stock.pieces = 424242;
  await ask();
  await shop.close();
  const lines = (await readLog()).split('\n').filter((line) => line.includes('differs'));

  expect(lines.map((line) => JSON.parse(line))).toMatchObject([
    { operation: 'Goods', products: ['goods', 'stock'], paths: 2 },
  ]);
  expect(lines.join()).not.toContain('424242');
});

test('what was forgotten is absent', async () => {
  const { stock, shop, ask, counts } = await start();
  await ask();
  stock.pieces = 2;
  await shop.post({ query: 'mutation { count(pieces: 2) }' });
  await ask();

  expect(await counts()).toEqual([0, 0, 2]);
});

test('a query that is not kept, or whose product fails, is not compared', async () => {
  const { stock, ask, counts } = await start();
  await ask();
  await ask({ query: '{ __typename }' });
  stock.isAway = true;
  await ask();

  expect(await counts()).toEqual([0, 0, 1]);
});

test('without a shadow what is kept is given', async () => {
  const { ask, counts, shop } = await start({ CACHE_SHADOW_PERCENT: '0' });
  await ask();
  await ask();

  expect(await counts()).toEqual([0, 0, 0]);
  expect(shop.calls).toHaveLength(2);
});
