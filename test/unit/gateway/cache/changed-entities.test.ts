import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ChangedEntities } from '../../../../gateway/cache/changed-entities.ts';

type Key = Readonly<Record<string, unknown>>;

const KEY_FIELDS = ['id', 'sku', 'tenant'];

/** What has one text everywhere. */
const isPlain = (value: unknown) =>
  typeof value === 'string' || typeof value === 'boolean' || Number.isSafeInteger(value);

/** The same as plainly as it can be said. */
function mayBeOne(keys: readonly Key[], entity: Key): boolean {
  return keys.some((key) =>
    KEY_FIELDS.every((field) => {
      const [one, other] = [key[field], entity[field]];
      return !isPlain(one) || !isPlain(other) || String(one) === String(other);
    }),
  );
}

const value = fc.oneof(
  { weight: 8, arbitrary: fc.constantFrom<unknown>('1', 1, '2', 2, 'a', true, 'true') },
  {
    weight: 2,
    arbitrary: fc.constantFrom<unknown>('', '"id":', '\\', '{', '[1]', ',"id":"1"', '\n', 'é'),
  },
  { weight: 1, arbitrary: fc.constantFrom<unknown>(null, 1.5, 2 ** 60, -0, { id: '1' }, ['1']) },
);
const key = fc.dictionary(fc.constantFrom('id', 'sku', 'tenant', 'price'), value, {
  noNullPrototype: true,
});
const entity = fc
  .tuple(key, fc.constantFrom<Key>({}, { maker: { id: '1' } }, { maker: { id: '3', sku: 'b' } }))
  .map(([own, more]) => ({ __typename: 'Good', ...own, ...more }));

test('no entity is left out that may be meant, and none is taken for one that it cannot be', () => {
  const outcomes = { yes: 0, no: 0 };
  fc.assert(
    fc.property(fc.array(key, { minLength: 1, maxLength: 4 }), entity, (keys, one) => {
      const may = new ChangedEntities(keys, KEY_FIELDS).mayInclude(JSON.stringify(one));

      outcomes[may ? 'yes' : 'no'] += 1;
      expect(may).toBe(mayBeOne(keys, JSON.parse(JSON.stringify(one))));
    }),
    { numRuns: 5000 },
  );
  expect(Math.min(outcomes.yes, outcomes.no)).toBeGreaterThan(500);
});

test.each<[string, Key, Key, boolean]>([
  ['the same', { id: '1' }, { id: '1' }, true],
  ['another', { id: '1' }, { id: '2' }, false],
  ['a number', { id: '1' }, { id: 1 }, true],
  ['another key', { id: '1' }, { sku: 'a' }, true],
  ['two keys', { id: '1', sku: 'b' }, { sku: 'a' }, false],
  ['half of a key', { id: '1' }, { id: '1', tenant: 'a' }, true],
  ['what has changed itself', { id: '1', price: 7 }, { id: '1', price: 6 }, true],
  ['nothing that tells it apart', { price: 7 }, { id: '1' }, true],
])('%s: %j and %j', (_, named, asked, may) => {
  expect(new ChangedEntities([named], KEY_FIELDS).mayInclude(JSON.stringify(asked))).toBe(may);
});

test('of an entity without known keys every one may be meant', () => {
  expect(new ChangedEntities([{ id: '1' }], []).mayInclude('{"id":"2"}')).toBe(true);
});
