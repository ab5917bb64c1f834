import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type Principal, toPrincipal } from '../../../../../gateway/identity/principal.ts';
import { RowClaims } from '../../../../../gateway/identity/trust/row-claims.ts';

function caller(claims: Readonly<Record<string, readonly string[]>>): Principal {
  return toPrincipal({
    kind: 'user',
    issuer: 'https://id.example',
    subject: 'ana',
    scopes: [],
    roles: [],
    domain: null,
    purposes: [],
    claims: Object.entries(claims),
    expiresAt: 1,
  });
}

const rowClaims = new RowClaims(
  new Map([
    ['orders', ['regions']],
    ['returns', ['desks', 'regions']],
    ['accounts', []],
  ]),
);
const ana = caller({ desks: ['4'], regions: ['East', 'West'], teams: ['a'] });

test('a product is told the claims that its row rules look at, and all where they are not known', () => {
  expect(rowClaims.of(ana, 'orders')).toEqual({ regions: ['East', 'West'] });
  expect(rowClaims.of(ana, 'returns')).toEqual({ desks: ['4'], regions: ['East', 'West'] });
  expect(rowClaims.of(ana, 'accounts')).toEqual({});
  expect(rowClaims.of(ana, 'foreign')).toEqual(ana.claims);
});

test('what several are told is one text, empty for nothing', () => {
  expect(rowClaims.describeAll(ana, ['accounts'])).toBe('');
  expect(rowClaims.describeAll(caller({}), ['foreign'])).toBe('');
  expect(rowClaims.describeAll(ana, ['accounts', 'orders'])).toBe('{"regions":["East","West"]}');
  expect(rowClaims.describeAll(ana, ['orders', 'foreign'])).toBe(JSON.stringify(ana.claims));
});

test('what one product is told is described as for a list of it alone', () => {
  for (const product of ['orders', 'returns', 'accounts', 'foreign']) {
    expect(rowClaims.describeOne(ana, product)).toBe(rowClaims.describeAll(ana, [product]));
  }
});

test('the text is the same for two callers only where each product is told the same', () => {
  const claims = fc.dictionary(
    fc.constantFrom('desks', 'regions', 'teams'),
    fc.subarray(['1', '2'], { minLength: 1 }),
  );
  const products = fc.subarray(['orders', 'returns', 'accounts', 'foreign']);

  fc.assert(
    fc.property(claims, claims, products, (one, other, asked) => {
      const [ada, ben] = [caller(one), caller(other)];
      const areEqual = rowClaims.describeAll(ada, asked) === rowClaims.describeAll(ben, asked);
      const told = (who: Principal) => asked.map((product) => rowClaims.of(who, product));
      expect(areEqual).toBe(JSON.stringify(told(ada)) === JSON.stringify(told(ben)));
    }),
  );
});
