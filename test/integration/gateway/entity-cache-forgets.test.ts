import { expect, test } from 'vitest';
import { sendRequest } from '../../support/send-request.ts';
import { type ShopCall, serveShop } from '../../support/serve-shop.ts';

const KEY = 'a key that nobody guesses';

interface Held {
  /** What `stock` says of keeping. */
  lifetime: string;
  isAway: boolean;
  pieces: number;
  /** Told of each call for entities; what it gives is waited for before the answer. */
  onEntities: () => Promise<void> | void;
}

async function start() {
  const held: Held = {
    lifetime: 'max-age=300, public',
    isAway: false,
    pieces: 0,
    onEntities() {},
  };
  const shop = await serveShop(
    async ({ product, query, variables }: ShopCall) => {
      const isForEntities = query.includes('_entities');
      if (!isForEntities && product === 'stock') {
        return { data: { pieces: held.pieces }, headers: { 'cache-control': held.lifetime } };
      }
      if (!isForEntities) {
        const list = /ids:\s*\[([^\]]*)\]/.exec(query)?.[1] ?? '';
        const ids = [...list.matchAll(/\w+/g)].map(([id]) => id);
        return { data: { goods: ids.map((id) => ({ __typename: 'Good', id })) } };
      }
      const { pieces } = held;
      await held.onEntities();
      if (held.isAway) return { data: null, status: 503 };
      const wanted = variables.representations as readonly unknown[];
      return {
        data: { _entities: wanted.map(() => ({ __typename: 'Good', pieces })) },
        headers: { 'cache-control': held.lifetime },
      };
    },
    {
      ENTITY_CACHE_BYTES: '1000000',
      RESPONSE_CACHE_BYTES: '0',
      DEDUPLICATE_QUERIES: 'false',
      CACHE_INVALIDATION_KEY: 'env:FORGET_KEY',
      FORGET_KEY: KEY,
    },
  );
  const pieces = async (...ids: readonly string[]) => {
    const { body } = await shop.post({
      query: `{ goods(ids: ${JSON.stringify(ids)}) { id pieces } }`,
    });
    const { goods } = body.data as { goods: { pieces: number | null }[] };
    return goods.map((one) => one.pieces);
  };
  const forget = async (entry: object) => {
    const { body } = await sendRequest(shop.url, {
      method: 'POST',
      path: '/cache/invalidate',
      headers: { authorization: KEY },
      body: JSON.stringify([entry]),
    });
    return (JSON.parse(body) as { count: number }).count;
  };
  const calls = () => shop.calls.filter(({ query }) => query.includes('_entities')).length;
  return { held, shop, pieces, forget, calls };
}

test.each([
  ['its product', { kind: 'subgraph', subgraph: 'stock' }, [1, 1]],
  ['its type', { kind: 'type', subgraph: 'stock', type: 'Good' }, [1, 1]],
  ['another type', { kind: 'type', subgraph: 'stock', type: 'Query' }, [0, 0]],
  ['a type that clients do not see', { kind: 'type', subgraph: 'stock', type: 'Other' }, [1, 1]],
  [
    'its key',
    { kind: 'entity', subgraph: 'stock', type: 'Good', keys: [{ id: '2' }, { id: '3' }] },
    [0, 1],
  ],
  ['another product', { kind: 'subgraph', subgraph: 'goods' }, [0, 0]],
  ['its cache tag', { kind: 'cache_tag', subgraphs: ['stock'], cache_tag: 'stock-2' }, [0, 1]],
])('an entity is forgotten with %s', async (_, entry, expected) => {
  const { held, pieces, forget } = await start();
  await pieces('1', '2');
  held.pieces = 1;
  const count = await forget(entry);

  expect(await pieces('1', '2')).toEqual(expected);
  expect(count).toBe(expected.filter((one) => one === 1).length);
});

test('what is asked for while it is forgotten is not kept', async () => {
  const { held, pieces, forget } = await start();
  held.onEntities = async () => {
    held.pieces = 1;
    held.onEntities = () => {};
    await forget({ kind: 'type', subgraph: 'stock', type: 'Good' });
  };
  const before = await pieces('1');

  expect([before, await pieces('1')]).toEqual([[0], [1]]);
});

test('a stale entity is given while one call makes it anew', async () => {
  const { held, pieces, calls } = await start();
  held.lifetime = 'max-age=1, stale-while-revalidate=60, public';
  await pieces('1');
  held.pieces = 1;
  let answer = () => {};
  const isAllowed = new Promise<void>((resolve) => {
    answer = resolve;
  });
  held.onEntities = () => isAllowed;
  const askUntilStale = async () => {
    await pieces('1');
    return calls();
  };
  await expect.poll(askUntilStale, { timeout: 5000, interval: 50 }).toBe(2);
  const meanwhile = await Promise.all([pieces('1'), pieces('1'), pieces('1')]);
  held.lifetime = 'max-age=300, public';
  answer();

  expect(meanwhile).toEqual([[0], [0], [0]]);
  expect(calls()).toBe(2);
  await expect.poll(() => pieces('1'), { timeout: 5000 }).toEqual([1]);
});

test('a stale entity is given instead of a failure', async () => {
  const { held, pieces, calls } = await start();
  held.lifetime = 'max-age=1, stale-if-error=60, public';
  await pieces('1');
  held.isAway = true;
  await expect
    .poll(async () => [await pieces('1'), calls() > 1], { timeout: 5000, interval: 50 })
    .toEqual([[0], true]);
  expect(await pieces('2')).toEqual([null]);
});
