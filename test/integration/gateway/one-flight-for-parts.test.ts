/**
 * Requests that need the same entity while one of them is asking for it: the others wait for that.
 * Real products, whose calls a test holds.
 */
import { expect, test } from 'vitest';
import { answerByStock, createCountingStock, idsOf } from '../../support/counting-stock.ts';
import { type AnswerCall, serveShop } from '../../support/serve-shop.ts';

const PATIENT = { timeout: 10_000, interval: 10 };
const SETTINGS = {
  ENTITY_CACHE_BYTES: '1000000',
  RESPONSE_CACHE_BYTES: '0',
  DEDUPLICATE_QUERIES: 'false',
};

/** A gateway that knows that the goods of `stock` may be kept, and keeps none of them. */
async function start(
  settings: Readonly<Record<string, string>> = {},
  wrap: (answer: AnswerCall) => AnswerCall = (answer) => answer,
) {
  const stock = createCountingStock();
  const shop = await serveShop(wrap(answerByStock(stock)), { ...SETTINGS, ...settings });
  const pieces = async (ids: readonly string[], headers: Record<string, string> = {}) => {
    const query = `{ goods(ids: ${JSON.stringify(ids)}) { id pieces } }`;
    return (await shop.post({ query }, headers)).body;
  };
  const asked = () =>
    shop.calls.filter(({ query }) => query.includes('_entities')).map((call) => idsOf(call));
  /** Holds all calls to `stock` from now on. */
  const hold = () => {
    let resolve = () => {};
    stock.held = new Promise<void>((done) => {
      resolve = done;
    });
    return () => {
      stock.held = undefined;
      resolve();
    };
  };
  const forget = () => shop.post({ query: 'mutation { count(pieces: 1) }' });
  await pieces(['0']);
  await forget();
  shop.calls.length = 0;
  /** Until so many calls for entities have come. */
  const untilAsked = (calls: number) => expect.poll(() => asked().length, PATIENT).toBe(calls);
  /** Until what was sent before has been worked on. */
  const untilWaiting = async () => {
    for (let turn = 0; turn < 20; turn += 1)
      await shop.post({ query: '{ good(id: "1") { name } }' });
  };
  return { stock, shop, pieces, asked, hold, forget, untilAsked, untilWaiting };
}

const toPieces = (...pieces: (number | null)[]) =>
  pieces.map((one) => expect.objectContaining({ pieces: one }));

test('two hundred requests of many callers for an entity that has just ended cause one call', async () => {
  const { stock, shop, pieces, asked, hold, forget, untilWaiting } = await start();
  const callers = await Promise.all(
    Array.from({ length: 10 }, (_, index) => shop.caller({ sub: `caller ${index}` })),
  );
  stock.lifetime = 'max-age=1, public';
  await forget();
  await pieces(['1']);
  stock.lifetime = 'max-age=300, public';
  const release = hold();
  const answers: Promise<unknown>[] = [];

  // What is kept is given until it ends; then a call goes out and is held.
  await expect
    .poll(() => {
      answers.push(pieces(['1']));
      return asked().length;
    }, PATIENT)
    .toBe(2);
  for (let index = 0; index < 200; index += 1) answers.push(pieces(['1'], callers[index % 10]));
  await untilWaiting();
  release();
  await Promise.all(answers);

  expect(asked()).toEqual([['1'], ['1']]);
});

test('of a call, what others ask for is waited for and the rest asked for, in a circle too', async () => {
  const { pieces, asked, hold, untilAsked, untilWaiting } = await start();
  const release = hold();
  const one = pieces(['1', '2']);
  await untilAsked(1);
  const two = pieces(['2', '3']);
  await untilAsked(2);
  const three = pieces(['3', '1']);
  await untilWaiting();
  release();

  const bodies = await Promise.all([one, two, three]);
  const [[first, second] = [], [, third] = []] = bodies.map(({ data }) =>
    (data as { goods: { pieces: number }[] }).goods.map((good) => good.pieces),
  );
  expect(bodies.map(({ data }) => data)).toEqual([
    { goods: toPieces(first ?? null, second ?? null) },
    { goods: toPieces(second ?? null, third ?? null) },
    { goods: toPieces(third ?? null, first ?? null) },
  ]);
  expect(asked()).toEqual([['1', '2'], ['3']]);
});

test('what a call from the root asks for is waited for as well', async () => {
  const { shop, hold, stock, untilWaiting } = await start();
  await shop.post({ query: '{ pieces }' });
  await shop.post({ query: 'mutation { count(pieces: 1) }' });
  const before = stock.number;
  const release = hold();
  const answers = [shop.post({ query: '{ pieces }' })];
  await expect.poll(() => stock.number, PATIENT).toBe(before + 1);
  for (let index = 0; index < 20; index += 1) answers.push(shop.post({ query: '{ pieces }' }));
  await untilWaiting();
  release();

  const bodies = (await Promise.all(answers)).map(({ body }) => body);
  expect(new Set(bodies.map((body) => JSON.stringify(body))).size).toBe(1);
  expect(shop.calls.filter(({ query }) => query === '{pieces}')).toHaveLength(2);
});

test.each<[string, string, object, Record<string, string>]>([
  ['another caller, where it is private', 'max-age=300, private', { sub: 'ben' }, {}],
  ['other row claims', 'max-age=300, public', { sub: 'ada', regions: ['West'] }, {}],
  ['who wants what is new', 'max-age=300, public', { sub: 'ada' }, { 'cache-control': 'no-cache' }],
  [
    'who wants nothing kept',
    'max-age=300, public',
    { sub: 'ada' },
    { 'cache-control': 'no-store' },
  ],
])('%s waits for nobody', async (_, lifetime, claims, headers) => {
  const { stock, shop, pieces, hold, forget, untilAsked } = await start();
  const ada = await shop.caller({ sub: 'ada' });
  stock.lifetime = lifetime;
  await pieces(['0'], ada);
  await forget();
  const release = hold();
  const one = pieces(['1'], ada);
  await untilAsked(2);
  const two = pieces(['1'], { ...(await shop.caller(claims)), ...headers });
  await untilAsked(3);
  release();

  expect((await one).data).not.toEqual((await two).data);
});

test('who knows of a change does not wait for what was begun before', async () => {
  const { stock, pieces, hold, forget, untilAsked } = await start();
  const release = hold();
  const one = pieces(['1']);
  await untilAsked(1);
  stock.held = undefined;
  await forget();
  const after = await pieces(['1']);
  release();

  expect((await one).data).not.toEqual(after.data);
  expect((await pieces(['1'])).data).toEqual(after.data);
});

test('an error is nobody else’s: whoever waited asks, and gets its own answer', async () => {
  let isWrong = true;
  const { pieces, hold, asked, untilAsked, untilWaiting } = await start(
    {},
    (answer) => async (call) => {
      const given = await answer(call);
      if (!call.query.includes('_entities') || !isWrong || idsOf(call).includes('0')) return given;
      isWrong = false;
      return {
        ...given,
        data: { _entities: [null] },
        errors: [{ message: 'no', path: ['_entities', 0] }],
      };
    },
  );
  const release = hold();
  const one = pieces(['1']);
  await untilAsked(1);
  const others = Array.from({ length: 5 }, () => pieces(['1']));
  await untilWaiting();
  release();

  expect((await one).errors).toHaveLength(1);
  for (const { data, errors } of await Promise.all(others)) {
    expect([data, errors]).toEqual([{ goods: toPieces(expect.any(Number)) }, undefined]);
  }
  expect(asked().length).toBeGreaterThan(1);
});

test('when the request that asked has gone, one of those who wait asks', async () => {
  const { shop, pieces, hold, asked, untilAsked, untilWaiting } = await start();
  hold();
  const client = new AbortController();
  const gone = fetch(`${shop.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ query: '{ goods(ids: ["1"]) { id pieces } }' }),
    signal: client.signal,
  });
  await untilAsked(1);
  const callers = await Promise.all(['ada', 'ben', 'cleo'].map((sub) => shop.caller({ sub })));
  const others = callers.map((caller) => pieces(['1'], caller));
  await untilWaiting();
  const release = hold();
  client.abort();
  await expect(gone).rejects.toThrow();
  await untilAsked(2);
  await untilWaiting();
  release();

  const bodies = await Promise.all(others);
  expect(new Set(bodies.map(({ data }) => JSON.stringify(data))).size).toBe(1);
  expect(asked()).toHaveLength(2);
});

test('who waits is given up with its own time, and not with that of others', async () => {
  const { pieces, hold, untilAsked } = await start({
    REQUEST_TIMEOUT_MS: '1000',
    SUBGRAPH_TIMEOUT_MS: '60000',
  });
  hold();
  const one = pieces(['1']);
  await untilAsked(1);
  const startedAt = performance.now();
  const two = pieces(['1']);

  for (const { data, errors } of [await one, await two]) {
    expect(data).toEqual({ goods: toPieces(null) });
    expect(errors?.map(({ extensions }) => extensions.code)).toEqual(['SUBGRAPH_TIMEOUT']);
  }
  expect(performance.now() - startedAt).toBeLessThan(3000);
});
