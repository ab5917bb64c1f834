import { expect, onTestFinished, test, vi } from 'vitest';
import { postGraphql, sendRequest } from '../../support/send-request.ts';
import { type AnswerCall, type ShopAnswer, serveShop } from '../../support/serve-shop.ts';

const PUBLIC = { 'cache-control': 'max-age=300, public' };
const PRIVATE = { 'cache-control': 'max-age=300, private' };

const GOOD = { query: '{ good(id: "1") { name } }' };
const MARGIN = { query: '{ good(id: "1") { name } margin }' };

/** Every call is answered differently, so that equal answers were kept. */
function numbered(headers: Readonly<Record<string, string>>, others: Partial<ShopAnswer> = {}) {
  let number = 0;
  const answer: AnswerCall = ({ product }) => {
    number += 1;
    const name = `answer ${number}`;
    const data = {
      good: { __typename: 'Good', id: '1', name },
      margin: number,
      mine: name,
      rename: name,
      count: number,
      pieces: number,
      _entities: [{ __typename: 'Good', pieces: number }],
    };
    return { data, headers, ...(product === 'goods' ? others : {}) };
  };
  return answer;
}

test('an answer that a product calls public is given to every caller of equal rights', async () => {
  const shop = await serveShop(numbered(PUBLIC));
  const callers = [{}, await shop.caller({ sub: 'ada' }), await shop.caller({ sub: 'ben' })];

  const bodies = [];
  for (const headers of callers) bodies.push((await shop.post(GOOD, headers)).body);

  expect(bodies).toEqual(Array(3).fill({ data: { good: { name: 'answer 1' } } }));
  expect(shop.calls).toHaveLength(1);
});

test.each<[string, Readonly<Record<string, string>>, object]>([
  ['row claims', PUBLIC, { sub: 'ada', regions: ['East'] }],
  ['a scope that the operation asks about', PUBLIC, { sub: 'ada', scope: 'margin' }],
  ['another subject, where the product says private,', PRIVATE, { sub: 'ben' }],
  [
    'another subject, where the product says neither,',
    { 'cache-control': 'max-age=300' },
    { sub: 'ben' },
  ],
])('a caller with %s gets an answer of its own', async (_, headers, claims) => {
  const shop = await serveShop(numbered(headers));
  const [ada, other] = [await shop.caller({ sub: 'ada' }), await shop.caller(claims)];

  await shop.post(MARGIN, ada);
  await shop.post(MARGIN, other);
  await shop.post(MARGIN, ada);
  await shop.post(MARGIN, other);

  expect(shop.calls).toHaveLength(2);
});

test('a scope that the operation does not ask about makes no difference', async () => {
  const shop = await serveShop(numbered(PUBLIC));
  await shop.post(GOOD, await shop.caller({ sub: 'ada', scope: 'margin' }));
  await shop.post(GOOD, await shop.caller({ sub: 'ben', scope: 'other' }));

  expect(shop.calls).toHaveLength(1);
});

test.each<[string, object, object]>([
  ['a header that reaches products', { ...GOOD }, { 'x-tenant': 'b' }],
  [
    'variables',
    { query: 'query ($id: ID) { good(id: $id) { name } }', variables: { id: '2' } },
    {},
  ],
  ['the operation', { query: '{ good(id: "1") { id name } }' }, {}],
])('%s: another one gets another answer', async (_, body, headers) => {
  const shop = await serveShop(numbered(PUBLIC));
  const before = { query: 'query ($id: ID) { good(id: $id) { name } }', variables: { id: '1' } };
  await shop.post(GOOD);
  await shop.post(before);
  await shop.post(body, headers as Record<string, string>);

  expect(shop.calls).toHaveLength(3);
});

test.each<[string, Readonly<Record<string, string>>, Partial<ShopAnswer>]>([
  ['says nothing', {}, {}],
  ['says no-store', { 'cache-control': 'no-store' }, {}],
  ['has an error', PUBLIC, { errors: [{ message: 'no', path: ['good'] }] }],
  ['answers with another status', PUBLIC, { status: 203 }],
])('nothing is kept when a product %s', async (_, headers, others) => {
  const shop = await serveShop(numbered(headers, others));
  const first = await shop.post(GOOD);
  await shop.post(GOOD);

  expect(shop.calls).toHaveLength(2);
  expect(first.headers.get('cache-control')).toBe('no-store');
  expect(first.headers.get('etag')).toBeNull();
});

test('a private answer to somebody unknown is not kept', async () => {
  const shop = await serveShop(numbered(PRIVATE));
  await shop.post(GOOD);
  await shop.post(GOOD);

  expect(shop.calls).toHaveLength(2);
});

test('what was taken out for lack of rights is kept for callers who lack the same', async () => {
  const shop = await serveShop(numbered(PUBLIC));
  const bodies = [];
  for (const sub of ['ada', 'ben']) {
    bodies.push((await shop.post(MARGIN, await shop.caller({ sub }))).body);
  }

  expect(bodies[1]).toEqual(bodies[0]);
  expect(bodies[0]).toMatchObject({ data: { margin: null }, errors: [{ path: ['margin'] }] });
  expect(shop.calls).toHaveLength(1);
  expect(await shop.metric('gateway_unauthorized_fields_total')).toBe(2);
});

test('an expired token gets nothing that is kept', async () => {
  const shop = await serveShop(numbered(PUBLIC));
  await shop.post(GOOD, await shop.caller({ sub: 'ada' }));
  const past = Math.floor(Date.now() / 1000) - 600;

  const refused = await shop.post(GOOD, await shop.caller({ sub: 'ada', exp: past }));

  expect([refused.status, refused.body.data]).toEqual([401, undefined]);
});

test('a mutation makes its product be asked again, and no other', async () => {
  const shop = await serveShop(numbered(PUBLIC));
  await shop.post(GOOD);
  await shop.post({ query: '{ pieces }' });

  await shop.post({ query: 'mutation { rename(id: "1", to: "a") }' });
  await shop.post(GOOD);
  await shop.post({ query: '{ pieces }' });

  expect(shop.calls.map(({ product }) => product)).toEqual(['goods', 'stock', 'goods', 'goods']);
  expect(await shop.metric('gateway_response_cache_forgotten_total')).toBe(1);
});

test('mutations are always run', async () => {
  const shop = await serveShop(numbered(PUBLIC));
  const rename = { query: 'mutation { rename(id: "1", to: "a") }' };
  await shop.post(rename);
  const second = await shop.post(rename);

  expect(shop.calls).toHaveLength(2);
  expect(second.headers.get('cache-control')).toBe('no-store');
});

test('the schema is never kept', async () => {
  const shop = await serveShop(numbered(PUBLIC), { INTROSPECTION: 'true' });
  const query = { query: '{ __schema { queryType { name } } good(id: "1") { name } }' };
  await shop.post(query);
  await shop.post(query);

  expect(shop.calls).toHaveLength(2);
});

test('a client may want a new answer, which is kept, or one that is not', async () => {
  const shop = await serveShop(numbered(PUBLIC));
  const names = [];
  for (const wish of ['max-age=60', 'no-cache', 'max-age=60', 'no-store', 'max-age=60']) {
    const { body } = await shop.post(GOOD, { 'cache-control': wish });
    names.push((body.data as { good: { name: string } }).good.name);
  }

  expect(names).toEqual(['answer 1', 'answer 2', 'answer 2', 'answer 3', 'answer 2']);
});

test('an answer of several products lives as long as the strictest allows', async () => {
  const shop = await serveShop(({ product }) =>
    product === 'goods'
      ? {
          data: { good: { __typename: 'Good', id: '1' } },
          headers: { 'cache-control': 'max-age=500, public' },
        }
      : {
          data: { _entities: [{ pieces: 3 }] },
          headers: { 'cache-control': 'max-age=90, private', age: '30' },
        },
  );

  const { headers } = await shop.post(
    { query: '{ good(id: "1") { pieces } }' },
    await shop.caller(),
  );

  // A second may pass while the products answer.
  expect(headers.get('cache-control')).toMatch(/^max-age=(59|60), private$/);
});

test.each<[string, string, Readonly<Record<string, string>>, object | null, string]>([
  ['nothing of the caller', '{ good(id: "1") { name } }', {}, { sub: 'ada' }, 'public'],
  ['nobody', '{ good(id: "1") { name } }', {}, null, 'public'],
  ['row claims', '{ good(id: "1") { name } }', {}, { sub: 'ada', regions: ['East'] }, 'private'],
  ['what the caller may read', '{ margin pieces }', {}, { sub: 'ada' }, 'private'],
  [
    'that callers must be known',
    '{ pieces }',
    { REQUIRE_AUTHENTICATION: 'true' },
    { sub: 'a' },
    'private',
  ],
])(
  'to the outside, a public answer that used %s: %s',
  async (_, query, settings, claims, scope) => {
    const shop = await serveShop(numbered(PUBLIC), settings);
    const headers = claims === null ? {} : await shop.caller(claims);

    const answer = await shop.post({ query }, headers);

    expect(answer.headers.get('cache-control')).toMatch(new RegExp(`^max-age=\\d+, ${scope}$`));
    expect(answer.headers.get('vary')).toBe('accept, authorization, x-tenant');
  },
);

test('a kept answer says its age, a new one does not', async () => {
  const shop = await serveShop(numbered(PUBLIC));
  const first = await shop.post(GOOD);
  const second = await shop.post(GOOD);

  expect([first.headers.get('age'), second.headers.get('age')]).toEqual([null, '0']);
  expect(second.headers.get('etag')).toBe(first.headers.get('etag'));
});

test.each(['GET', 'POST'])('by %s, a client that has the answer is told so', async (method) => {
  const shop = await serveShop(numbered(PUBLIC));
  const first = await postGraphql(shop.url, GOOD);
  const etag = String(first.headers.etag);
  const asked = { 'content-type': 'application/json', 'if-none-match': etag };

  const second = await sendRequest(
    shop.url,
    method === 'GET'
      ? { path: `/graphql?query=${encodeURIComponent(GOOD.query)}`, headers: asked }
      : { method, path: '/graphql', headers: asked, body: JSON.stringify(GOOD) },
  );

  expect([second.status, second.body]).toEqual([304, '']);
  expect(second.headers).toMatchObject({ etag, age: '0', vary: first.headers.vary });
  expect(second.headers['content-length']).toBeUndefined();
});

test('for a cache in front, an answer names its products and cache tags', async () => {
  const shop = await serveShop(numbered(PUBLIC), { SURROGATE_KEYS: 'true' });
  const query = { query: '{ good(id: "a b") { pieces } }' };
  const first = await shop.post(query);
  const second = await shop.post(query);

  const keys = [first, second].map(({ headers }) => headers.get('surrogate-key'));
  expect(keys).toEqual(Array(2).fill('goods stock good-a%20b stock-1'));
});

test('where it is wanted, an answer says whether it was kept', async () => {
  const shop = await serveShop(numbered(PUBLIC), { CACHE_STATUS: 'true' });
  const statuses = [];
  for (const [body, wish] of [
    [GOOD, 'max-age=60'],
    [GOOD, 'max-age=60'],
    [GOOD, 'no-store'],
    [{ query: 'mutation { count(pieces: 1) }' }, 'max-age=60'],
  ] as const) {
    const { headers } = await shop.post(body, { 'cache-control': wish });
    statuses.push(headers.get('cache-status'));
  }

  expect(statuses).toEqual([
    'meshgate; fwd=miss; stored',
    expect.stringMatching(/^meshgate; hit; ttl=2\d\d$/),
    'meshgate; fwd=bypass',
    'meshgate; fwd=bypass',
  ]);
});

test('off, it keeps nothing and says nothing', async () => {
  const shop = await serveShop(numbered(PUBLIC), { RESPONSE_CACHE_BYTES: '0' });
  await shop.post(GOOD);
  const second = await shop.post(GOOD);

  expect(shop.calls).toHaveLength(2);
  expect(second.headers.get('cache-control')).toBe('no-store');
});

test('metrics say how old the answers are that are given', async () => {
  vi.useFakeTimers({ toFake: ['Date'] });
  onTestFinished(() => void vi.useRealTimers());
  const shop = await serveShop(numbered(PUBLIC));
  await shop.post(GOOD);
  for (const seconds of [3, 4]) {
    vi.setSystemTime(Date.now() + 1000 * seconds);
    await shop.post(GOOD);
  }

  expect(await shop.metric('gateway_response_cache_age_seconds_total')).toBe(3 + 7);
  expect(await shop.metric('gateway_response_cache_age_seconds_total')).toBe(3 + 7);
});

test('metrics say what it did', async () => {
  const shop = await serveShop(numbered(PUBLIC));
  for (let request = 0; request < 3; request += 1) await shop.post(GOOD);
  await shop.post({ query: 'mutation { count(pieces: 1) }' });

  const lookups = (state: string) =>
    shop.metric(`gateway_response_cache_lookups_total{state="${state}"}`);
  expect([await lookups('hit'), await lookups('miss'), await lookups('bypass')]).toEqual([2, 1, 1]);
  expect(await shop.metric('gateway_response_cache_answers')).toBe(1);
  expect(await shop.metric('gateway_response_cache_bytes')).toBeGreaterThan(100);
});

test('metrics say of each product and type what it did for answers that may hold it, and how old these were', async () => {
  vi.useFakeTimers({ toFake: ['Date'] });
  onTestFinished(() => void vi.useRealTimers());
  const shop = await serveShop(numbered(PUBLIC));
  const both = { query: '{ good(id: "1") { name pieces } }' };
  await shop.post(GOOD);
  await shop.post(both);
  vi.setSystemTime(Date.now() + 5000);
  await shop.post(GOOD);
  for (let request = 0; request < 3; request += 1) await shop.post(both);
  await shop.post(GOOD, { 'cache-control': 'no-store' });

  const read = async (metric: string, types: readonly string[]) =>
    Object.fromEntries(
      await Promise.all(
        types.map(async (labels) => [labels, await shop.metric(`${metric}{${labels}}`)] as const),
      ),
    );
  const [query, good, pieces] = [
    'subgraph="goods",type="Query"',
    'subgraph="goods",type="Good"',
    'subgraph="stock",type="Good"',
  ];
  const lookups = 'gateway_response_cache_type_lookups_total';
  const states = ['hit', 'miss', 'bypass'].flatMap((state) =>
    [query, good, pieces].map((labels) => `${labels},state="${state}"`),
  );
  expect(Object.values(await read(lookups, states))).toEqual([4, 4, 3, 2, 2, 1, 0, 0, 0]);
  const ages = await read('gateway_response_cache_type_age_seconds_total', [query, good, pieces]);
  expect(ages).toEqual({ [query]: 20, [good]: 20, [pieces]: 15 });
  const saved = await read('gateway_response_cache_saved_calls_total', [query, good, pieces]);
  expect(saved).toEqual({ [query]: 4, [good]: 0, [pieces]: 3 });
});

test('metrics say of each product and type which memory answers take that would be forgotten with it', async () => {
  const shop = await serveShop(numbered(PUBLIC));
  await shop.post(GOOD);
  await shop.post(GOOD, { 'cache-control': 'no-cache' });
  await shop.post({ query: '{ good(id: "1") { name pieces } }' });
  const read = () =>
    Promise.all(
      [
        'gateway_response_cache_bytes',
        'gateway_response_cache_type_bytes{subgraph="goods",type="Good"}',
        'gateway_response_cache_type_bytes{subgraph="stock",type="Good"}',
        'gateway_response_cache_type_answers{subgraph="goods",type="Query"}',
        'gateway_response_cache_type_answers{subgraph="stock",type="Good"}',
      ].map(shop.metric),
    );
  const [bytes, goodBytes, stockBytes, ...answers] = await read();

  await shop.post({ query: 'mutation { count(pieces: 1) }' });

  expect(answers).toEqual([2, 1]);
  expect(goodBytes).toBe(bytes);
  expect(stockBytes).toBeGreaterThan(600);
  const left = Number(bytes) - Number(stockBytes);
  expect(await read()).toEqual([left, left, 0, 1, 0]);
});
