import { expect, test } from 'vitest';
import { type ShopAnswer, type ShopCall, serveShop } from '../../support/serve-shop.ts';

const PUBLIC = 'max-age=300, public';
const QUERY = '{ goods(ids: ["1", "2"]) { pieces } }';
const ASKED = { extensions: { cache: true } };

interface Explained {
  readonly data?: unknown;
  readonly extensions?: { readonly cache?: Explanation; readonly access?: unknown };
}

interface Explanation {
  readonly answer: Readonly<Record<string, unknown>>;
  readonly calls: readonly Readonly<Record<string, unknown>>[] | null;
}

interface Shop {
  readonly lifetimes: Record<string, string>;
  readonly unknown: Set<string>;
  isAway: boolean;
}

function answerAs(shop: Shop) {
  return ({ product, query, variables }: ShopCall): ShopAnswer => {
    const { lifetimes, unknown, isAway } = shop;
    const headers = { 'cache-control': lifetimes[product] ?? '' };
    if (product === 'stock' && isAway) return { data: null, status: 503, headers };
    const asked = (variables.representations ?? []) as readonly { readonly id: string }[];
    const _entities = asked.map(({ id }) =>
      unknown.has(id) ? null : { __typename: 'Good', pieces: Number(id) },
    );
    const ids = [...(/goods\(ids:\s*\[([^\]]*)\]/.exec(query)?.[1] ?? '').matchAll(/\w+/g)];
    const goods = ids.map(([id]) => ({ __typename: 'Good', id, name: `good ${id}` }));
    return {
      data: { _entities, goods, margin: 1, mine: 'mine', rename: 'x', pieces: 1 },
      headers,
    };
  };
}

async function start(
  lifetimes: Record<string, string> = {},
  settings: Readonly<Record<string, string>> = {},
) {
  const state: Shop = {
    lifetimes: { stock: PUBLIC, goods: PUBLIC, ...lifetimes },
    unknown: new Set(),
    isAway: false,
  };
  const shop = await serveShop(answerAs(state), {
    ENTITY_CACHE_BYTES: '1000000',
    EXPLAIN_CACHE: 'on',
    ...settings,
  });
  const ask = async (query: string, headers: Record<string, string> = {}, more: object = ASKED) =>
    (await shop.post({ query, ...more }, headers)).body as Explained;
  const explain = async (query: string, headers: Record<string, string> = {}) =>
    (await ask(query, headers)).extensions?.cache as Explanation;
  return { state, shop, ask, explain };
}

const nothing = {
  ...{ hits: 0, missing: 0, stale: 0, misses: 0, staleIfError: 0 },
  ...{ ageSeconds: null, secondsLeft: null, scope: null, notKept: null },
};

test('says of the answer and of each call what was kept', async () => {
  const { explain } = await start({}, { RESPONSE_CACHE_BYTES: '0' });
  await explain('{ goods(ids: ["1"]) { pieces } }');

  expect(await explain(QUERY)).toEqual({
    answer: {
      ...{ state: 'bypass', ageSeconds: null, secondsLeft: null, scope: null },
      notKept: 'CACHE_OFF',
    },
    calls: [
      {
        ...nothing,
        ...{ path: [], product: 'goods', type: 'Query', misses: 1 },
        ...{ secondsLeft: 300, scope: 'shared' },
      },
      {
        ...nothing,
        ...{ path: ['goods', '@'], product: 'stock', type: 'Good', hits: 1, misses: 1 },
        ...{ ageSeconds: 0, secondsLeft: 300, scope: 'shared' },
      },
    ],
  });
});

test('an explained request is served as any other, and leaves nothing of it to others', async () => {
  const { shop, ask, explain } = await start();
  const made = await explain(QUERY);
  const plain = await shop.post({ query: QUERY });
  const kept = await explain(QUERY);
  const without = await ask(QUERY, { 'cache-control': 'no-cache' }, {});

  expect(made.answer).toMatchObject({ state: 'miss', scope: 'shared', notKept: null });
  expect(kept).toEqual({
    answer: {
      ...{ state: 'hit', ageSeconds: 0, scope: 'shared', notKept: null },
      secondsLeft: expect.any(Number),
    },
    calls: null,
  });
  expect(plain.body).toEqual({ data: { goods: [{ pieces: 1 }, { pieces: 2 }] } });
  expect(plain.headers.get('age')).toBe('0');
  expect(without).toEqual(plain.body);
  expect(await shop.metric('gateway_response_cache_lookups_total{state="hit"}')).toBe(2);
});

test('what is kept says its calls when it is made anew for whoever asks with no-cache', async () => {
  const { shop, explain } = await start({ stock: 'max-age=60, private' });
  const ada = await shop.caller();
  await explain(QUERY, ada);

  expect((await explain(QUERY, ada)).calls).toBeNull();
  const { answer, calls } = await explain(QUERY, { ...ada, 'cache-control': 'no-cache' });
  expect(answer).toMatchObject({ state: 'miss' });
  expect(
    calls?.map(({ product, misses, secondsLeft, scope, notKept }) => [
      ...[product, misses, secondsLeft, scope, notKept],
    ]),
  ).toEqual([
    ['goods', 1, 300, 'shared', null],
    ['stock', 2, 60, 'own', null],
  ]);
});

test('an explanation is kept by no cache outside', async () => {
  const { shop } = await start({}, { SURROGATE_KEYS: 'true' });
  const { headers } = await shop.post({ query: QUERY, ...ASKED });

  expect(headers.get('cache-control')).toBe('no-store');
  expect([headers.get('etag'), headers.get('surrogate-key')]).toEqual([null, null]);
});

test.each([
  ['forbids it', { stock: 'no-store' }, {}, ['NO_STORE', 'NO_STORE']],
  ['gives no lifetime', { stock: '' }, {}, ['NO_LIFETIME', 'NO_LIFETIME']],
  [
    'means an unknown caller',
    { stock: 'max-age=9, private' },
    {},
    ['CALLER_UNKNOWN', 'CALLER_UNKNOWN'],
  ],
  [
    'is not to be kept',
    {},
    { 'cache-control': 'no-store' },
    ['CLIENT_NO_STORE', 'CLIENT_NO_STORE'],
  ],
  ['may be kept', {}, {}, [null, null]],
] as const)(
  'says why nothing is kept where a product %s',
  async (_, lifetimes, headers, expected) => {
    const { explain } = await start(lifetimes);
    const { answer, calls } = await explain(QUERY, headers);

    expect([answer.notKept, calls?.[1]?.notKept]).toEqual(expected);
  },
);

test.each([
  ['a mutation', 'mutation { rename(id: "1", to: "x") }', 'MUTATION'],
  ['the schema', '{ pieces __type(name: "Good") { name } }', 'SCHEMA_FIELDS'],
  ['no product', '{ __typename }', 'NO_CALLS'],
])('the answer to %s passes by the cache', async (_, query, notKept) => {
  const { explain } = await start({}, { INTROSPECTION: 'true' });

  expect((await explain(query)).answer).toMatchObject({ state: 'bypass', notKept });
});

test('says what is believed not to exist, and what fills in for a product that is away', async () => {
  const { state, explain } = await start(
    { stock: 'max-age=300, stale-if-error=300, public' },
    { RESPONSE_CACHE_BYTES: '0' },
  );
  state.unknown.add('2');
  await explain(QUERY);
  const known = await explain(QUERY);
  await explain('{ goods(ids: ["1"]) { pieces } }');
  state.isAway = true;
  const away = await explain('{ goods(ids: ["1"]) { pieces } }', { 'cache-control': 'no-cache' });

  expect(known.calls?.[1]).toMatchObject({ hits: 1, missing: 1, misses: 0, secondsLeft: 10 });
  expect(away.calls?.[1]).toMatchObject({ misses: 1, staleIfError: 0, notKept: 'ERRORS' });
});

test('stands beside what explains access', async () => {
  const { ask, shop } = await start();
  const more = { extensions: { cache: true, access: true } };
  const { extensions } = await ask('{ margin }', await shop.caller(), more);

  expect(extensions?.access).toHaveLength(1);
  expect(extensions?.cache?.answer).toMatchObject({ notKept: 'EXPLAINS_ACCESS' });
});

test('stands beside refusals', async () => {
  const { ask } = await start({}, { AUTHORIZATION_ERRORS: 'extensions' });
  const { extensions } = await ask('{ margin pieces }');

  expect(Object.keys(extensions ?? {})).toEqual(['authorizationErrors', 'cache']);
});

test.each([
  ['on', [true, true]],
  ['authenticated', [false, true]],
  ['off', [false, false]],
  [undefined, [false, false]],
] as const)(
  'EXPLAIN_CACHE=%s explains to strangers and known callers: %j',
  async (value, expected) => {
    const state: Shop = { lifetimes: {}, unknown: new Set(), isAway: false };
    const settings = value === undefined ? {} : { EXPLAIN_CACHE: value };
    const shop = await serveShop(answerAs(state), settings);
    const explains = async (headers: Record<string, string>) => {
      const { body } = await shop.post({ query: '{ pieces }', ...ASKED }, headers);
      return (body as Explained).extensions !== undefined;
    };

    expect([await explains({}), await explains(await shop.caller())]).toEqual(expected);
  },
);
