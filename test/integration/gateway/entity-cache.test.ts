import { expect, test } from 'vitest';
import { type ShopAnswer, type ShopCall, serveShop } from '../../support/serve-shop.ts';

const PUBLIC = 'max-age=300, public';

/** Nothing is answered as a whole from what is kept, so that only parts are. */
const PARTS_ONLY = {
  ENTITY_CACHE_BYTES: '1000000',
  RESPONSE_CACHE_BYTES: '0',
  DEDUPLICATE_QUERIES: 'false',
};

interface Shop {
  /** By product. */
  readonly lifetimes: Record<string, string>;
  /** Entities that `stock` does not have. */
  readonly unknown: Set<string>;
  /** Entities of `stock` that are answered with an error. */
  readonly wrong: Set<string>;
  /** Whether `stock` is away. */
  isAway: boolean;
  /** Counts the calls, so that what came at different times is different. */
  number: number;
}

const idsOf = ({ variables }: ShopCall): readonly string[] =>
  ((variables.representations ?? []) as readonly { readonly id: string }[]).map(({ id }) => id);

function answerAs(shop: Shop) {
  return (call: ShopCall): ShopAnswer => {
    shop.number += 1;
    const { product, query } = call;
    const headers = { 'cache-control': shop.lifetimes[product] ?? 'no-store' };
    if (product === 'stock' && shop.isAway) return { data: null, status: 503, headers };
    if (!query.includes('_entities')) return { data: rootOf(call, shop.number), headers };
    const ids = idsOf(call);
    const _entities = ids.map((id) =>
      shop.unknown.has(id) || shop.wrong.has(id)
        ? null
        : { __typename: 'Good', pieces: 100 * shop.number + Number(id) },
    );
    const errors = ids.flatMap((id, index) =>
      shop.wrong.has(id) ? [{ message: 'no', path: ['_entities', index] }] : [],
    );
    return { data: { _entities }, headers, ...(errors.length === 0 ? {} : { errors }) };
  };
}

function rootOf({ product, query }: ShopCall, number: number): object {
  if (product === 'stock') return { pieces: number, count: number };
  const list = /goods\(ids:\s*\[([^\]]*)\]/.exec(query)?.[1] ?? '';
  const ids = [...list.matchAll(/\w+/g)].map(([id]) => id);
  return {
    goods: ids.map((id) => ({ __typename: 'Good', id, name: `good ${id}` })),
    good: { __typename: 'Good', id: '1', name: `name ${number}` },
    mine: `mine ${number}`,
    margin: number,
  };
}

async function start(
  lifetimes: Record<string, string> = {},
  settings: Readonly<Record<string, string>> = {},
) {
  const state: Shop = {
    lifetimes: { stock: PUBLIC, ...lifetimes },
    unknown: new Set(),
    wrong: new Set(),
    isAway: false,
    number: 0,
  };
  const shop = await serveShop(answerAs(state), { ...PARTS_ONLY, ...settings });
  const pieces = async (ids: readonly string[], headers: Record<string, string> = {}) => {
    const query = `{ goods(ids: ${JSON.stringify(ids)}) { id pieces } }`;
    const { body } = await shop.post({ query }, headers);
    return (body.data as { goods: { pieces: number | null }[] }).goods.map((one) => one.pieces);
  };
  const asked = () =>
    shop.calls.filter(({ query }) => query.includes('_entities')).map((call) => idsOf(call));
  return { state, shop, pieces, asked };
}

test('of one call only the entities that are not kept are asked for', async () => {
  const { pieces, asked, shop } = await start();
  await pieces(['1', '2']);
  const both = await pieces(['3', '2', '1', '4']);
  await pieces(['4', '3']);

  expect(asked()).toEqual([
    ['1', '2'],
    ['3', '4'],
  ]);
  expect(both).toEqual([403, 202, 201, 404]);
  const saved = 'gateway_entity_cache_saved_calls_total{subgraph="stock",type="Good"}';
  const hits = 'gateway_entity_cache_lookups_total{subgraph="stock",type="Good",state="hit"}';
  expect([await shop.metric(saved), await shop.metric(hits)]).toEqual([1, 4]);
});

test('what a call from the root gave is given to whoever asks the same of the product', async () => {
  const { shop } = await start({ goods: PUBLIC });
  const first = await shop.post({ query: '{ good(id: "1") { name } }' });
  const second = await shop.post({ query: '{ pieces good(id: "1") { name } }' });

  expect(second.body.data).toMatchObject({ good: (first.body.data as { good: object }).good });
  expect(shop.calls.filter(({ product }) => product === 'goods')).toHaveLength(1);
});

test.each([
  ['is public', PUBLIC, { sub: 'ben' }, 1],
  ['is public, and claims differ', PUBLIC, { sub: 'ada', regions: ['West'] }, 2],
  ['is private', 'max-age=300, private', { sub: 'ben' }, 2],
  ['is private, and the caller is the same', 'max-age=300, private', { sub: 'ada' }, 1],
  ['says neither', 'max-age=300', { sub: 'ben' }, 2],
])('what %s is shared as far as that goes', async (_, lifetime, claims, calls) => {
  const { shop, pieces, asked } = await start({ stock: lifetime });
  await pieces(['1'], await shop.caller({ sub: 'ada' }));
  await pieces(['1'], await shop.caller(claims));

  expect(asked()).toHaveLength(calls);
});

test('what is private is kept for nobody who is not known', async () => {
  const { pieces, asked } = await start({ stock: 'max-age=300, private' });
  await pieces(['1']);
  await pieces(['1']);

  expect(asked()).toHaveLength(2);
});

test('what was public and is private now is given to nobody else any more', async () => {
  const { state, shop, pieces, asked } = await start();
  const ada = await shop.caller({ sub: 'ada' });
  await pieces(['1'], ada);
  state.lifetimes.stock = 'max-age=300, private';
  await pieces(['1'], { ...ada, 'cache-control': 'no-cache' });
  await pieces(['1'], await shop.caller({ sub: 'ben' }));
  await pieces(['1'], ada);

  expect(asked()).toHaveLength(3);
});

test('a header that reaches products parts callers', async () => {
  const { pieces, asked } = await start();
  await pieces(['1'], { 'x-tenant': 'a' });
  await pieces(['1'], { 'x-tenant': 'b' });

  expect(asked()).toHaveLength(2);
});

test('a mask, a scope or a refusal in another part of an operation splits nothing', async () => {
  const { shop, asked } = await start();
  const query = '{ margin goods(ids: ["1"]) { pieces } }';
  const able = await shop.post({ query }, await shop.caller({ sub: 'ada', scope: 'margin' }));
  const unable = await shop.post({ query }, await shop.caller({ sub: 'ada' }));

  expect(unable.body.data).toEqual({ ...(able.body.data as object), margin: null });
  expect(asked()).toHaveLength(1);
});

test('an entity with an error is not kept, the others of its response are', async () => {
  const { state, pieces, asked } = await start();
  state.wrong.add('2');
  await pieces(['1', '2', '3']);
  state.wrong.clear();
  await pieces(['1', '2', '3']);

  expect(asked()).toEqual([['1', '2', '3'], ['2']]);
});

test('that there is no such entity is known for as long as the setting says', async () => {
  const { state, pieces, asked, shop } = await start();
  state.unknown.add('2');
  const first = await pieces(['1', '2']);
  const second = await pieces(['2', '1']);

  expect([first[1], second[0]]).toEqual([null, null]);
  expect(asked()).toHaveLength(1);
  const known = 'gateway_entity_cache_lookups_total{subgraph="stock",type="Good",state="missing"}';
  expect(await shop.metric(known)).toBe(1);
});

test('with a life of 0 seconds a missing entity is asked for each time', async () => {
  const { state, pieces, asked } = await start({}, { ENTITY_CACHE_MISSING_SECONDS: '0' });
  state.unknown.add('2');
  await pieces(['1', '2']);
  await pieces(['1', '2']);

  expect(asked()).toEqual([['1', '2'], ['2']]);
});

test.each([
  ['nothing', undefined],
  ['no-store', 'no-store'],
])('nothing is kept of a product that says %s', async (_, lifetime) => {
  const { pieces, asked, shop } = await start(lifetime === undefined ? {} : { stock: lifetime });
  const others = lifetime === undefined ? { 'cache-control': 'no-store' } : {};
  await pieces(['1'], others);
  await pieces(['1'], others);

  expect(asked()).toHaveLength(2);
  expect(await shop.metric('gateway_entity_cache_parts{subgraph="stock",type="Good"}')).toBe(0);
});

test('metrics say how much is kept of a type of a product, until it is forgotten', async () => {
  const { pieces, shop } = await start();
  const kept = async () => {
    const labels = '{subgraph="stock",type="Good"}';
    return [
      await shop.metric(`gateway_entity_cache_parts${labels}`),
      (await shop.metric(`gateway_entity_cache_bytes${labels}`)) > 100,
    ];
  };
  await pieces(['1', '2']);
  const before = await kept();
  await shop.post({ query: 'mutation { count(pieces: 1) }' });

  expect([before, await kept()]).toEqual([
    [2, true],
    [0, false],
  ]);
});

test('a client that says no-cache gets what is new, and others get that', async () => {
  const { pieces, asked } = await start();
  const [before] = await pieces(['1']);
  const [fresh] = await pieces(['1'], { 'cache-control': 'no-cache' });
  const [after] = await pieces(['1']);

  expect(fresh).not.toBe(before);
  expect(after).toBe(fresh);
  expect(asked()).toHaveLength(2);
});

test('a mutation takes nothing from what is kept, and makes its product be asked again', async () => {
  const { shop, pieces, asked } = await start();
  await pieces(['1']);
  await shop.post({ query: 'mutation { count(pieces: 1) }' });
  await pieces(['1']);
  await shop.post({ query: 'mutation { count(pieces: 1) }' });

  expect(asked()).toHaveLength(2);
  expect(shop.calls.filter(({ query }) => query.includes('mutation'))).toHaveLength(2);
});

test('an answer that is kept as a whole lives no longer than the parts it was made of', async () => {
  const { shop } = await start(
    { goods: 'max-age=600, public', stock: 'max-age=300, public' },
    { RESPONSE_CACHE_BYTES: '1000000' },
  );
  await shop.post({ query: '{ goods(ids: ["1"]) { id pieces } }' });
  const second = await shop.post({ query: '{ goods(ids: ["1"]) { pieces id } }' });

  const age = /max-age=(\d+)/.exec(second.headers.get('cache-control') ?? '')?.[1];
  expect(Number(age)).toBeGreaterThan(290);
  expect(Number(age)).toBeLessThanOrEqual(300);
  expect(second.headers.get('etag')).toMatch(/^"/);
});

test('without its memory it keeps nothing', async () => {
  const { pieces, asked } = await start({}, { ENTITY_CACHE_BYTES: '0' });
  await pieces(['1']);
  await pieces(['1']);

  expect(asked()).toHaveLength(2);
});
