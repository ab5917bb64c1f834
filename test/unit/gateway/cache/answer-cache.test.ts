import fc from 'fast-check';
import { expect, test } from 'vitest';
import { AnswerCache } from '../../../../gateway/cache/answer-cache.ts';
import type { Keeping } from '../../../../gateway/cache/answer-lifetime.ts';
import type { CacheQuery, MadeAnswer, Taken } from '../../../../gateway/cache/cache-query.ts';
import { PATIENCE, SAMPLED } from '../../../../gateway/cache/prospect.ts';
import type { Work } from '../../../../gateway/cache/single-flight.ts';
import type { PreparedOperation } from '../../../../gateway/operation/prepare-operation.ts';
import {
  createFederation,
  type FixtureSubgraph,
  NOBODY,
} from '../../../support/federation-fixture.ts';

const shelves: readonly FixtureSubgraph[] = [
  {
    name: 'books',
    sdl: `
      type Query { book(id: ID): Book  shelf: [Item] }
      interface Item { id: ID! }
      type Book implements Item @key(fields: "id") { id: ID! title: String }
      type Map implements Item { id: ID! }
    `,
    resolvers: {},
  },
  {
    name: 'reviews',
    sdl: 'type Book @key(fields: "id") { id: ID! reviews: [Review] } type Review { text: String }',
    resolvers: {},
  },
];

async function prepare(query: string): Promise<PreparedOperation> {
  const { prepare: prepareText, snapshot } = createFederation(shelves);
  const outcome = await prepareText(query, null, NOBODY, snapshot);
  if (!outcome.ok) throw new Error(JSON.stringify(outcome.problems));
  return outcome.prepared;
}

const TITLE = await prepare('query ($id: ID) { book(id: $id) { title } }');
const REVIEWS = await prepare('{ book(id: "1") { title reviews { text } } }');
const SHELF = await prepare('{ shelf { id } }');

interface Made extends MadeAnswer {
  readonly text: string;
}

/** How long answers live, as seconds from the time of the clock. */
interface Life {
  readonly isShared: boolean;
  readonly fresh: number;
  readonly revalidate: number;
  readonly error: number;
}

const SHARED: Life = { isShared: true, fresh: 60, revalidate: 0, error: 0 };
const OWN: Life = { ...SHARED, isShared: false };

/** A cache with a clock that stands still, and answers that come when the test says so. */
function createHarness({ capacityBytes = 1_000_000, random = 0 } = {}) {
  const clock = { nowMs: 1_000_000 };
  let life: Life | null = SHARED;
  let evicted = 0;
  let tags: ReadonlySet<string> = new Set();
  const works: { land(): void; crash(error: Error): void }[] = [];
  const failures: unknown[] = [];
  const cache = new AnswerCache<Made>({
    capacityBytes,
    shared: null,
    now: () => clock.nowMs,
    random: () => random,
    pause: () => Promise.resolve(),
    longestWaitMs: 1000,
    onEvicted: () => {
      evicted += 1;
    },
    onForgot() {},
    onRemakeFailed: (error) => failures.push(error),
  });

  const keeping = (): Keeping | null => {
    if (life === null) return null;
    const freshUntilMs = clock.nowMs + 1000 * life.fresh;
    return {
      isShared: life.isShared,
      freshUntilMs,
      staleWhileRevalidateUntilMs: freshUntilMs + 1000 * life.revalidate,
      staleIfErrorUntilMs: freshUntilMs + 1000 * life.error,
    };
  };
  const make = (isForOthers: boolean): Work<Made> => {
    const isUnnoted = !isForOthers;
    const text = `answer ${works.length + 1}`;
    const value = new Promise<Made>((resolve, crash) => {
      const land = () => resolve({ text, keeping: keeping(), bytes: 100, tags, isUnnoted });
      works.push({ land, crash });
    });
    return { value, abort() {} };
  };
  const take = (others: Partial<CacheQuery<Made>> = {}): Taken<Made> =>
    cache.take({
      operation: TITLE,
      variables: { id: '1' },
      told: () => '',
      caller: 'ada',
      wish: { takesKept: true, mayKeep: true },
      isExplained: false,
      make,
      remake: (begin) => begin(() => make(true)),
      ...others,
    });
  return {
    cache,
    clock,
    works,
    failures,
    make,
    take,
    evicted: () => evicted,
    lives: (next: Life | null) => {
      life = next;
    },
    tagged: (...next: string[]) => {
      tags = new Set(next);
    },
    pass: (seconds: number) => {
      clock.nowMs += 1000 * seconds;
    },
    /** Takes, lets what is made then land at once, and says what came and from where. */
    async get(others: Partial<CacheQuery<Made>> = {}): Promise<string> {
      const before = works.length;
      const taken = take(others);
      for (const work of works.slice(before)) work.land();
      if (taken.state === 'bypass') return 'bypass';
      if (taken.state !== 'miss') return `${taken.state}: ${taken.kept.value.text}`;
      return `miss: ${(await taken.seat.value).text}`;
    },
  };
}

const landed = () => new Promise((resolve) => setImmediate(resolve));

test('an answer is given until its lifetime is over, and not a moment longer', async () => {
  const { get, pass } = createHarness();

  const answers = [await get(), await get()];
  pass(59.999);
  answers.push(await get());
  pass(0.001);
  answers.push(await get());

  expect(answers).toEqual(['miss: answer 1', 'hit: answer 1', 'hit: answer 1', 'miss: answer 2']);
});

test('a shared answer is for everybody, and one of a caller for nobody else', async () => {
  const { get, lives } = createHarness();
  await get({ caller: 'ada' });
  const shared = await get({ caller: 'ben' });

  lives(OWN);
  const others = { variables: { id: '2' } };
  await get({ ...others, caller: 'ada' });
  const own = [await get({ ...others, caller: 'ada' }), await get({ ...others, caller: 'ben' })];

  expect([shared, ...own]).toEqual(['hit: answer 1', 'hit: answer 2', 'miss: answer 3']);
});

test('what is not shared any more is forgotten where it was', async () => {
  const { get, lives } = createHarness();
  await get({ caller: 'ada' });
  lives(OWN);
  await get({ caller: 'ada', wish: { takesKept: false, mayKeep: true } });

  expect(await get({ caller: 'ben' })).toBe('miss: answer 3');
});

/** So many requests that come once each. */
const passBy = async (get: ReturnType<typeof createHarness>['get'], count: number) => {
  for (let id = 0; id < count; id += 1) await get({ variables: { id: `once ${id}` } });
};

test('where nothing was found for long few are looked for, and who asks why always is', async () => {
  const { get } = createHarness({ capacityBytes: 100_000 });
  await get();
  await passBy(get, PATIENCE - 1);

  const [first] = [await get(), await get({ isExplained: true })];
  const explained = await get({ isExplained: true });

  expect(first).toMatch(/^miss/);
  expect(explained).toMatch(/^hit/);
});

test('an answer of which nothing was noted, because it was begun for one request alone, is not kept', async () => {
  const { get, make } = createHarness();
  await get({ make: () => make(false) });

  expect(await get()).toBe('miss: answer 2');
  expect(await get()).toBe('hit: answer 2');
});

test('what begins to come again is found after a few requests, and from then on', async () => {
  const { get } = createHarness();
  await passBy(get, PATIENCE);

  const states = [];
  for (let count = 0; count < 4 * SAMPLED; count += 1) states.push((await get()).split(':')[0]);

  const first = states.indexOf('hit');
  expect(first).toBeGreaterThan(0);
  expect(new Set(states.slice(first))).toEqual(new Set(['hit']));
});

test('a crowd that asks the same at once makes a few calls, whatever came before', async () => {
  const { get, take, works } = createHarness();
  await passBy(get, PATIENCE);
  const before = works.length;

  const takens = Array.from({ length: 2000 }, () => take());
  for (const work of works.slice(before)) work.land();
  for (const taken of takens) if (taken.state === 'miss') await taken.seat.value;

  expect(works.length - before).toBeLessThanOrEqual(2 * SAMPLED);
});

test('two thousand requests for an answer that has just expired are one call', async () => {
  const { get, take, pass, works } = createHarness();
  await get();
  pass(60);

  const taken = Array.from({ length: 2000 }, (_, index) => take({ caller: `caller ${index}` }));
  works[1]?.land();
  const texts = await Promise.all(
    taken.map(async (one) => (one.state === 'miss' ? (await one.seat.value).text : one.state)),
  );

  expect(new Set(texts)).toEqual(new Set(['answer 2']));
  expect(works).toHaveLength(2);
});

test('who waited for an answer that is not theirs to have asks for themselves', async () => {
  const { get, take, pass, works, lives } = createHarness();
  await get();
  pass(60);
  lives(OWN);

  const [ada, ben] = [take({ caller: 'ada' }), take({ caller: 'ben' })];
  works[1]?.land();
  await landed();
  works[2]?.land();

  const texts = [ada, ben].map((one) => (one?.state === 'miss' ? one.seat.value : null));
  expect((await Promise.all(texts)).map((made) => made?.text)).toEqual(['answer 2', 'answer 3']);
});

test('nobody waits for anybody where products have allowed nothing to be kept', () => {
  const { take, works } = createHarness();
  take();
  take();

  expect(works).toHaveLength(2);
});

test('a stale answer is given while one newer is made in the background', async () => {
  const { get, take, pass, works, lives } = createHarness();
  lives({ ...SHARED, revalidate: 30 });
  await get();
  pass(60);

  const stale = Array.from({ length: 100 }, () => take());
  works[1]?.land();
  await landed();

  expect(stale.every((one) => one.state === 'stale' && one.kept.value.text === 'answer 1')).toBe(
    true,
  );
  expect(works).toHaveLength(2);
  expect(await get()).toBe('hit: answer 2');
});

test('after that time it is not given any more', async () => {
  const { get, pass, lives } = createHarness();
  lives({ ...SHARED, revalidate: 30 });
  await get();
  pass(90);

  expect(await get()).toBe('miss: answer 2');
});

test('a stale answer stands in for a failure while it may, unless it was forgotten meanwhile', async () => {
  const { cache, get, take, pass, lives } = createHarness();
  lives({ ...SHARED, error: 30 });
  await get();
  pass(80);
  const taken = take();
  const fallback = () => (taken.state === 'miss' ? taken.fallback() : null);

  expect(fallback()?.value.text).toBe('answer 1');
  pass(10);
  expect(fallback()).toBeNull();
  pass(-10);
  cache.forget({ product: 'books', type: null });
  expect(fallback()).toBeNull();
});

test('a crash in the background is told, and the next request tries again', async () => {
  const { get, pass, works, lives, failures, take } = createHarness();
  lives({ ...SHARED, revalidate: 30 });
  await get();
  pass(60);
  take();
  works[1]?.crash(new Error('a bug'));
  await landed();
  take();

  expect(failures).toEqual([new Error('a bug')]);
  expect(works).toHaveLength(3);
});

test('an answer is made anew up to a tenth of its lifetime before its end, so that not all end together', async () => {
  const { get, pass } = createHarness({ random: 0.999 });
  await get();
  pass(54);
  const before = await get();
  pass(0.1);
  const during = await get();
  await landed();

  expect([before, during, await get()]).toEqual([
    'hit: answer 1',
    'stale: answer 1',
    'hit: answer 2',
  ]);
});

test.each<[string, PreparedOperation, string, string | null, number]>([
  ['its product', TITLE, 'books', null, 1],
  ['another product', TITLE, 'reviews', null, 0],
  ['one of its products', REVIEWS, 'reviews', null, 1],
  ['its type', TITLE, 'books', 'Book', 1],
  ['a type that the product gives it nothing of', REVIEWS, 'books', 'Review', 0],
  ['a type below', REVIEWS, 'reviews', 'Review', 1],
  ['a type of an interface', SHELF, 'books', 'Map', 1],
])('an answer goes with %s', async (_, operation, product, type, count) => {
  const { cache, get } = createHarness();
  await get({ operation });

  expect(cache.forget({ product, type })).toBe(count);
  expect(await get({ operation })).toMatch(count === 0 ? /^hit/ : /^miss/);
});

test('an answer goes with its cache tags, and no other does', async () => {
  const { cache, get, tagged } = createHarness();
  tagged('books\nbook-1', 'books\nall');
  await get({ variables: { id: '1' } });
  tagged('books\nbook-2', 'books\nall');
  await get({ variables: { id: '2' } });

  expect(cache.forget({ product: 'reviews', tag: 'book-1' })).toBe(0);
  expect(cache.forget({ product: 'books', tag: 'book-1' })).toBe(1);
  expect(await get({ variables: { id: '2' } })).toBe('hit: answer 2');
  expect(cache.forget({ product: 'books', tag: 'all' })).toBe(1);
  expect(cache.bytes).toBe(0);
});

test('everything is forgotten at once', async () => {
  const { cache, get } = createHarness();
  await get();
  await get({ operation: SHELF });

  expect(cache.forget('everything')).toBe(2);
  expect([cache.bytes, cache.answers]).toEqual([0, 0]);
});

test('an answer that was begun before something was forgotten is not kept', async () => {
  const { cache, get, take, works } = createHarness();
  take();
  cache.forget({ product: 'books', type: 'Book' });
  works[0]?.land();
  await landed();

  expect(await get()).toBe('miss: answer 2');
});

test('who comes after something was forgotten does not wait for what was begun before', async () => {
  const { cache, get, take, pass, works } = createHarness();
  await get();
  pass(60);
  take();
  cache.forget({ product: 'books', type: null });
  take();

  expect(works).toHaveLength(3);
});

test('memory is bounded, the answer used longest ago goes first, and a large one is not kept', async () => {
  const { cache, get, evicted } = createHarness({ capacityBytes: 10_000 });
  for (let id = 0; id < 50; id += 1) {
    // What is new to a full cache is kept when it comes again.
    await get({ variables: { id: String(id) } });
    await get({ variables: { id: String(id) } });
    await get({ variables: { id: '0' } });
  }

  expect(cache.bytes).toBeLessThanOrEqual(10_000);
  expect(evicted()).toBe(50 - cache.answers);
  expect(await get({ variables: { id: '0' } })).toBe('hit: answer 1');
  await get({ variables: { id: 'x'.repeat(10) }, make: hugeAnswer });
  expect(await get({ variables: { id: 'x'.repeat(10) } })).toMatch(/^miss/);
});

test('what is asked for once pushes nothing out of a full cache, and what comes again comes in', async () => {
  const { cache, get, evicted } = createHarness({ capacityBytes: 10_000 });
  for (let id = 0; evicted() === 0; id += 1) {
    await get({ variables: { id: String(id) } });
    await get({ variables: { id: String(id) } });
  }
  const { answers } = cache;
  for (let id = 0; id < 500; id += 1) await get({ variables: { id: `once ${id}` } });

  expect(evicted()).toBe(1);
  expect(cache.answers).toBe(answers);
  expect(await get({ variables: { id: 'once 499' } })).toMatch(/^miss/);
  expect(await get({ variables: { id: 'once 499' } })).toMatch(/^hit/);
});

const hugeAnswer = (): Work<Made> => ({
  value: Promise.resolve({
    text: 'huge',
    bytes: 5000,
    tags: new Set(),
    keeping: {
      isShared: true,
      freshUntilMs: 9e15,
      staleIfErrorUntilMs: 9e15,
      staleWhileRevalidateUntilMs: 9e15,
    },
  }),
  abort() {},
});

test('an operation that was prepared anew finds the answers of before', async () => {
  const { get } = createHarness();
  await get({ operation: SHELF });

  expect(await get({ operation: await prepare('{ shelf { id } }') })).toBe('hit: answer 1');
});

test('two requests share an answer only when nothing that it depends on differs', async () => {
  const query = fc.record({
    id: fc.constantFrom('1', '2', '1\n', 'x'.repeat(300)),
    told: fc.constantFrom('', '{"regions":["East"]}', '["","1"]'),
    caller: fc.constantFrom('ada', 'ben', null),
  });
  const property = fc.asyncProperty(query, query, fc.boolean(), async (one, other, isShared) => {
    const { get, lives } = createHarness();
    lives({ ...SHARED, isShared });
    const toQuery = ({ id, told, caller }: typeof one) => ({
      variables: { id },
      told: () => told,
      caller,
    });
    await get(toQuery(one));
    const isSame =
      one.id === other.id &&
      one.told === other.told &&
      (isShared || (one.caller !== null && one.caller === other.caller));

    expect(await get(toQuery(other))).toBe(isSame ? 'hit: answer 1' : 'miss: answer 2');
  });
  await fc.assert(property);
});
