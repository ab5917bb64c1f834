import { buildSchema, type GraphQLObjectType } from 'graphql';
import { expect, test } from 'vitest';
import { createMask, deriveHashKey, fitsType, type Mask } from '../../../../gateway/policy/mask.ts';

const NO_KEY = new Uint8Array(0);

test.each<readonly [Mask, unknown, unknown]>([
  [{ kind: 'null' }, 'Ada', null],
  [{ kind: 'redacted' }, 'Ada', 'REDACTED'],
  [{ kind: 'keepFirst', characters: 3 }, '10115', '101***'],
  [{ kind: 'keepFirst', characters: 5 }, '10115', '***'],
  [{ kind: 'keepFirst', characters: 1 }, '🦉wl', '🦉***'],
  [{ kind: 'keepLast', characters: 2 }, '10115', '***15'],
  [{ kind: 'keepLast', characters: 2 }, 10115, '***15'],
  [{ kind: 'keepLast', characters: 9 }, '10115', '***'],
  [{ kind: 'month' }, '2017-12-30', '2017-12-01'],
  [{ kind: 'month' }, '2017-12-30T09:15:00Z', '2017-12-01T00:00:00Z'],
  [{ kind: 'year' }, '2017-12-30', '2017-01-01'],
  [{ kind: 'year' }, '2017-12-30T09:15:00+02:00', '2017-01-01T00:00:00Z'],
  [{ kind: 'month' }, 'on my birthday', undefined],
  [{ kind: 'bucket', size: 100 }, 199, 100],
  [{ kind: 'bucket', size: 100 }, 200, 200],
  [{ kind: 'bucket', size: 100 }, -1, -100],
  [{ kind: 'bucket', size: 10 }, 19.99, 10],
  [{ kind: 'bucket', size: 100 }, '12345678901234567890.99', '12345678901234567800'],
  [{ kind: 'bucket', size: 100 }, '-0.01', '-100'],
  [{ kind: 'bucket', size: 100 }, '-100.00', '-100'],
  [{ kind: 'bucket', size: 100 }, '1e5', undefined],
  [{ kind: 'bucket', size: 100 }, {}, undefined],
])('the mask %j makes of %j: %j', (mask, value, masked) => {
  expect(createMask(mask, NO_KEY)(value)).toEqual(masked);
});

test('a hash is the same for the same value within one purpose, and tells nothing across purposes', () => {
  const hash = (value: unknown, purpose: string | null, secret = 's') =>
    createMask({ kind: 'hash' }, deriveHashKey(secret, purpose))(value);
  const all = [
    hash('Ada', 'billing'),
    hash('Bob', 'billing'),
    hash('Ada', 'research'),
    hash('Ada', null),
    hash('Ada', ''),
    hash('Ada', 'billing', 'other'),
  ];

  expect(hash('Ada', 'billing')).toBe(all[0]);
  expect(new Set(all).size).toBe(all.length);
  expect(hash(7, null)).toBe(hash('7', null));
  expect(hash({}, null)).toBeUndefined();
});

const fields = (
  buildSchema(`
    scalar Date scalar Decimal scalar Json enum E { A }
    type Query { text: String! texts: [ID!] id: ID int: Int! float: Float flag: Boolean! date: Date! money: Decimal!
      json: Json other: Json! choice: E }
  `).getQueryType() as GraphQLObjectType
).getFields();

test.each<readonly [Mask, readonly string[]]>([
  [{ kind: 'null' }, ['texts', 'id', 'float', 'json', 'choice']],
  [{ kind: 'redacted' }, ['text', 'texts', 'id']],
  [{ kind: 'hash' }, ['text', 'texts', 'id']],
  [{ kind: 'keepFirst', characters: 1 }, ['text', 'texts', 'id']],
  [{ kind: 'month' }, ['date']],
  [{ kind: 'bucket', size: 1 }, ['int', 'float', 'money']],
])('the mask %j fits %j', (mask, fitting) => {
  const found = Object.values(fields).filter(({ type }) => fitsType(mask, type));

  expect(found.map(({ name }) => name)).toEqual(fitting);
});
