import { buildSchema } from 'graphql';
import { expect, test } from 'vitest';
import type { ComparedParts } from '../../../../../gateway/cache/parts/compared-parts.ts';
import { PartCache } from '../../../../../gateway/cache/parts/part-cache.ts';
import type { PartRights } from '../../../../../gateway/cache/parts/part-keys.ts';
import type { PartValues } from '../../../../../gateway/cache/parts/part-values.ts';
import { PATIENCE, SAMPLED } from '../../../../../gateway/cache/prospect.ts';
import type { Lifetime } from '../../../../../gateway/cache/read-lifetime.ts';

const SCHEMA = {
  version: '1',
  schema: buildSchema('type Query { good: Good } type Good { id: ID pieces: Int }'),
  cacheTags: [],
  tags: new Map(),
};
const CALL = {
  subgraph: 'stock',
  bodyStart:
    '{"query":"query($representations:[_Any!]!){_entities(representations:$representations){...on Good{pieces}}}"',
  variables: '',
};
const HOUR: Lifetime = {
  scope: 'public',
  freshSeconds: 3600,
  staleWhileRevalidateSeconds: 60,
  staleIfErrorSeconds: 120,
};

const keyOf = (id: number) => `{"__typename":"Good","id":"${id}"}`;

class TextValues implements PartValues {
  readonly bytes: number;
  readonly #values: readonly unknown[];
  constructor(values: readonly unknown[], bytes = 100) {
    this.#values = values;
    this.bytes = bytes;
  }
  detach(): void {}
  at(index: number): unknown {
    return this.#values[index];
  }
  plainAt(index: number): unknown {
    return this.#values[index];
  }
}

function start(capacityBytes = 1_000_000) {
  const clock = { nowMs: 1_000_000 };
  const seen = { evicted: 0, forgot: 0, ages: [] as number[], compared: [] as ComparedParts[] };
  const cache = new PartCache({
    capacityBytes,
    missingSeconds: 10,
    unstatedIsShared: false,
    moments: null,
    shared: null,
    now: () => clock.nowMs,
    pause: async () => {},
    longestWaitMs: 0,
    random: () => 0,
    observer: {
      looked() {},
      saved() {},
      aged: (_, __, seconds) => seen.ages.push(seconds),
      refreshFailed() {},
      compared: (facts) => seen.compared.push(facts),
      evicted: () => {
        seen.evicted += 1;
      },
      forgot: (parts) => {
        seen.forgot += parts;
      },
    },
  });
  const of = (rights: Partial<PartRights> = {}) =>
    cache.ofRequest(
      { told: () => '', caller: null, takesKept: true, takesStale: true, ...rights },
      SCHEMA,
    );
  const keep = (
    ids: readonly number[],
    { bytes = 100, lifetime = HOUR, rights = {}, missing = [] as readonly number[] } = {},
  ) => {
    const request = of(rights);
    request.keep({
      call: CALL,
      texts: ids.map(keyOf),
      parts: () =>
        ids.map((id, index) => ({ text: index, index, isMissing: missing.includes(id) })),
      values: new TextValues(ids, bytes),
      lifetime,
      begun: request.begin('stock', null),
    });
  };
  const look = (ids: readonly number[], rights: Partial<PartRights> = {}) =>
    of(rights).find(CALL, ids.map(keyOf), ids);
  const find = (ids: readonly number[], rights: Partial<PartRights> = {}) => {
    const found = look(ids, rights);
    if (found === 'skipped') throw new Error('Expected that it is looked for.');
    return found;
  };
  /** Finds what is kept beside what is said, to compare it later. */
  const beside = (ids: readonly number[]) => {
    const rights = { told: () => '', caller: null, takesKept: false, takesStale: false };
    const { shadow } = cache.ofRequest(rights, SCHEMA, { requestId: 'one', operation: null });
    const found = shadow?.find(CALL, ids.map(keyOf));
    const compare = (values: readonly unknown[]) =>
      found?.compare({ values, isKeepable: true, toJson: (id) => ({ id, sku: id }) });
    return { absent: found?.absent, compare };
  };
  return { cache, clock, seen, of, keep, look, find, beside };
}

test('of calls in which nothing was found for long only a few are looked for, until something is', () => {
  const { look, keep } = start();
  keep([1]);
  const inVain = Array.from({ length: PATIENCE }, () => look([2]));
  const next = Array.from({ length: 2 * SAMPLED }, () => look([1]));

  expect(new Set(inVain)).toEqual(new Set([null]));
  const first = next.findIndex((found) => found !== 'skipped');
  expect(first).toBeGreaterThan(0);
  expect(next.slice(0, first)).toEqual(Array(first).fill('skipped'));
  expect(next.slice(first)).not.toContain('skipped');
});

test('a look that finds something begins the count anew', () => {
  const { look, keep } = start();
  keep([1]);
  for (let count = 1; count < PATIENCE; count += 1) look([2]);
  look([1]);

  expect(look([2])).toBeNull();
  expect(look([1])).not.toBe('skipped');
});

test('what is kept is found, and what is not is absent', () => {
  const { keep, find } = start();
  keep([1, 2]);
  const found = find([3, 2, 1]);

  expect(found?.values).toEqual([undefined, 2, 1]);
  expect(found?.absent).toEqual([0]);
  expect(find([4])).toBeNull();
});

test('the same list finds the same values until something comes or goes', () => {
  const { keep, find } = start();
  const list = [1, 2];
  keep(list);
  const first = find(list);
  const second = find(list);
  keep([3]);
  const third = find(list);

  expect(second).toBe(first);
  expect(third).not.toBe(first);
  expect(third?.values).toEqual(first?.values);
});

test.each([
  ['what products are told', { told: () => 'East' }],
  ['nothing else', {}],
])('callers are told apart by %s', (_, rights) => {
  const { keep, find } = start();
  keep([1]);

  expect(find([1], rights) === null).toBe('told' in rights);
});

test('no text of variables and rights stands for another split of the same text', () => {
  const { of, keep } = start();
  keep([1], { rights: { told: () => '"b":1' } });
  const found = of({ told: () => '' }).find({ ...CALL, variables: '"b":1' }, [keyOf(1)], []);

  expect(found).toBeNull();
});

test('what is private is kept for its caller, and drops what was public', () => {
  const { keep, find } = start();
  keep([1]);
  keep([1], { lifetime: { ...HOUR, scope: 'private' }, rights: { caller: 'ada' } });

  expect(find([1], { caller: 'ada' })?.values).toEqual([1]);
  expect([find([1]), find([1], { caller: 'ben' })]).toEqual([null, null]);
});

test.each([
  ['fresh', 3599, { stale: [] }, [1]],
  ['stale', 3601, { stale: [0] }, [1]],
  ['over, with a failure', 3661, null, [1]],
  ['over', 3721, null, undefined],
])('after its lifetime it is %s', (_, seconds, found, forFailure) => {
  const { clock, keep, find, of } = start();
  keep([1]);
  clock.nowMs += 1000 * seconds;

  if (found === null) expect(find([1])).toBeNull();
  else expect(find([1])).toMatchObject(found);
  expect(of().findForFailure(CALL, [keyOf(1)])).toEqual(forFailure);
});

test('for who takes nothing stale it ends with its lifetime', () => {
  const { clock, keep, find } = start();
  keep([1]);
  clock.nowMs += 3_601_000;

  expect(find([1], { takesStale: false })).toBeNull();
});

test('an entity that does not exist is known for its own time, and is never stale', () => {
  const { clock, keep, find } = start();
  keep([1, 2], { missing: [2] });
  const before = find([2]);
  clock.nowMs += 10_000;

  expect([before?.values, before?.cameBefore[0]?.lifetime.freshSeconds]).toEqual([[null], 10]);
  expect([find([2]), find([1])?.values]).toEqual([null, [1]]);
});

test.each([
  ['its product', { product: 'stock', type: null }, true],
  ['its type', { product: 'stock', type: 'Good' }, true],
  ['another type', { product: 'stock', type: 'Query' }, false],
  ['another product', { product: 'goods', type: null }, false],
  ['everything', 'everything' as const, true],
])('forgetting %s', (_, what, isForgotten) => {
  const { cache, seen, keep, find } = start();
  keep([1, 2]);
  const count = cache.forget(what);

  expect([count, seen.forgot, find([1]) === null]).toEqual(
    isForgotten ? [2, 2, true] : [0, 0, false],
  );
  expect(cache.parts).toBe(isForgotten ? 0 : 2);
  if (isForgotten) expect(cache.bytes).toBe(0);
});

test('what was begun before something of its product was forgotten is not kept', () => {
  const { cache, of, find } = start();
  const request = of();
  const begun = request.begin('stock', null);
  cache.forget({ product: 'stock', tag: 'any' });
  request.keep({
    call: CALL,
    texts: [keyOf(1)],
    parts: () => [{ text: 0, index: 0, isMissing: false }],
    values: new TextValues([1]),
    lifetime: HOUR,
    begun,
  });

  expect(find([1])).toBeNull();
});

test('memory is bounded, and what was used longest ago goes with all that came with it', () => {
  const { cache, seen, keep, find } = start(20_000);
  keep([1, 2]);
  for (let id = 10; id < 40; id += 1) {
    keep([id]);
    find([1]);
  }

  expect(cache.bytes).toBeLessThanOrEqual(20_000);
  expect(seen.evicted).toBeGreaterThan(5);
  expect(find([1, 2])?.absent).toEqual([]);
  expect(find([10])).toBeNull();
});

test('rights that come once push nothing out of a full cache, and rights that come again come in', () => {
  const { cache, seen, keep, find } = start(10_000);
  for (let id = 0; seen.evicted === 0; id += 1) keep([id]);
  const { parts } = cache;
  const rightsOf = (name: string) => ({ told: () => name });
  for (let turn = 0; turn < 1000; turn += 1) keep([0], { rights: rightsOf(`once ${turn}`) });

  expect(seen.evicted).toBe(1);
  expect(cache.parts).toBe(parts);
  expect(find([0], rightsOf('once 999'))).toBeNull();
  keep([0], { rights: rightsOf('once 999') });
  expect(find([0], rightsOf('once 999'))?.absent).toEqual([]);
});

test('a response too large for its share is not kept, nor what it was to replace', () => {
  const { cache, keep, find } = start(20_000);
  keep([1]);
  keep([1], { bytes: 10_000 });

  expect([find([1]), cache.parts, cache.bytes]).toEqual([null, 0, 0]);
});

test('newer parts take the place of older ones, whose memory is given back', () => {
  const { cache, keep } = start();
  keep([1, 2]);
  const before = cache.bytes;
  for (let turn = 0; turn < 5; turn += 1) keep([1, 2]);

  expect([cache.bytes, cache.parts]).toEqual([before, 2]);
});

test('the ages of all that is found are told, each time as they are then', () => {
  const { keep, find, clock, seen } = start();
  keep([1]);
  clock.nowMs += 2000;
  keep([2, 3]);
  clock.nowMs += 500;
  const list = [1, 2, 3, 4];
  find(list);
  find(list.slice(0, 1));
  find([2]);
  clock.nowMs += 1000;
  find([1, 2]);
  clock.nowMs -= 60_000;
  find([1]);

  expect(seen.ages).toEqual([2.5 + 0.5 + 0.5, 2.5, 0.5, 3.5 + 1.5, 0]);
});

test('a list that is found again is older by then', () => {
  const { keep, find, clock, seen } = start();
  const list = [1, 2];
  keep(list);
  clock.nowMs += 1000;
  find(list);
  clock.nowMs += 1000;
  find(list);

  expect(seen.ages).toEqual([2, 4]);
});

test('it is told how much is kept of each type, and what is let go takes nothing', () => {
  const { cache, keep, clock } = start();
  const sums = () => {
    const bytes = cache.usage.reduce((sum, one) => sum + one.bytes, 0);
    const parts = cache.usage.reduce((sum, one) => sum + one.parts, 0);
    return { bytes, parts };
  };
  const seen = [];
  for (const ids of [[1], [2, 3], [3, 4], [1]]) {
    keep(ids);
    clock.nowMs += 1;
    seen.push([sums(), { bytes: cache.bytes, parts: cache.parts }]);
  }
  const usage = cache.usage.map(({ subgraph, type, parts }) => [subgraph, type, parts]);
  cache.forget({ product: 'stock', type: 'Good' });

  for (const [told, kept] of seen) expect(told).toEqual(kept);
  expect(usage).toEqual([['stock', 'Good', 4]]);
  expect([sums(), cache.usage]).toEqual([{ bytes: 0, parts: 0 }, []]);
});

test('memory that is taken back is not told any more', () => {
  const { cache, keep } = start(20_000);
  for (let id = 0; id < 40; id += 1) {
    keep([id], { bytes: 1000 });
    keep([id], { bytes: 1000 });
  }

  expect(cache.usage.reduce((sum, { bytes }) => sum + bytes, 0)).toBe(cache.bytes);
});

test('beside what is said stands what is fresh, and nothing that is stale', () => {
  const { keep, beside, clock, seen } = start();
  keep([1]);
  clock.nowMs += 3_600_000;
  keep([2]);
  const { absent, compare } = beside([1, 2, 3, 4]);
  compare([{ id: 1 }, { id: 7, sku: 7 }, undefined, { id: 4 }]);

  expect(absent).toEqual([0, 2, 3]);
  const counts = { same: 0, different: 1, absent: 2, paths: 2 };
  expect(seen.compared).toEqual([
    { requestId: 'one', operation: null, product: 'stock', type: 'Good', ...counts },
  ]);
});

test('what ends while it is asked for is compared, what is replaced is not', () => {
  const { keep, beside, clock, seen } = start();
  keep([1, 2]);
  const { compare } = beside([1, 2]);
  clock.nowMs += 3_600_000;
  keep([2]);
  compare([
    { id: 1, sku: 1 },
    { id: 7, sku: 7 },
  ]);

  expect(seen.compared).toMatchObject([{ same: 1, different: 0, absent: 0 }]);
});

test('what is compared counts as used when others need its memory', () => {
  const { seen, keep, beside, find } = start(20_000);
  keep([1]);
  for (let id = 10; id < 40; id += 1) {
    keep([id]);
    beside([1]);
  }

  expect(seen.evicted).toBeGreaterThan(5);
  expect(find([1])).not.toBeNull();
});
