import fc from 'fast-check';
import { expect, test } from 'vitest';

import { buildPrincipal } from '../../../../gateway/identity/build-principal.ts';
import type { ClaimMapping, IssuerSettings } from '../../../../gateway/identity/issuer-settings.ts';
import type { Principal } from '../../../../gateway/identity/principal.ts';
import { ANONYMOUS } from '../../../../gateway/identity/principal.ts';
import { toIssuerSettings } from '../../../support/issuer-settings.ts';

const build = (
  claims: object,
  rowClaims = ['regions'],
  changes: Partial<IssuerSettings> = {},
  mapping: Partial<ClaimMapping> = {},
) => {
  const usual = toIssuerSettings(changes);
  const settings = { ...usual, claims: { ...usual.claims, ...mapping } };
  return buildPrincipal({ sub: 'ana', ...claims }, settings, rowClaims, 105);
};

function principalOf(...given: Parameters<typeof build>): Principal {
  const outcome = build(...given);
  if (!outcome.ok) throw new Error(outcome.message);
  return outcome.principal;
}

test('keeps subject, scopes and the configured row claims, and forgets the rest', () => {
  const claims = {
    scope: 'orders:write accounts:pii',
    regions: ['West'],
    email: 'ana@acme.example',
  };

  expect(principalOf(claims)).toEqual({
    authenticated: true,
    kind: 'user',
    issuer: 'https://id.example',
    subject: 'ana',
    client: null,
    scopes: new Set(['accounts:pii', 'orders:write']),
    roles: new Set(),
    domain: null,
    purposes: new Set(),
    claims: { regions: ['West'] },
    fingerprint: expect.stringMatching(/^[\w-]{43}$/),
    expiresAt: 105,
  });
});

test('freezes the principal, as many requests share it', () => {
  const principal = principalOf({ regions: ['West'] });

  expect(Object.isFrozen(principal)).toBe(true);
  expect(Object.isFrozen(principal.claims)).toBe(true);
  expect(Object.isFrozen(principal.claims.regions)).toBe(true);
  expect(Object.isFrozen(ANONYMOUS)).toBe(true);
  expect(Object.isFrozen(ANONYMOUS.claims)).toBe(true);
});

test.each([undefined, null, '', 7, ['ana'], {}])('refuses %j as subject', (sub) => {
  expect(build({ sub })).toEqual({
    ok: false,
    code: 'TOKEN_CLAIM_INVALID',
    message: 'The access token lacks the claim sub, or it is no text.',
  });
});

test.each([
  ['a b', ['a', 'b']],
  ['  b   a  a ', ['a', 'b']],
  ['', []],
  [undefined, []],
  [null, []],
  [[], []],
  [
    ['b', 'a', 'b'],
    ['a', 'b'],
  ],
])('reads the scopes %j as %j', (scope, scopes) => {
  expect([...principalOf({ scope }).scopes]).toEqual(scopes);
});

test.each([7, true, {}, [7], ['a b'], [''], ['a', null], 'a\tb', 'a\u00a0b', '"a"', 'a\\b'])(
  'refuses %j as scopes',
  (scope) => {
    expect(build({ scope })).toEqual({
      ok: false,
      code: 'TOKEN_CLAIM_INVALID',
      message:
        'The claim scope of the access token must be text separated by spaces, or a list of scopes.',
    });
  },
);

test('reads scopes from the claim that the issuer is configured with', () => {
  const claims = { scope: 'ignored', 'https://acme.example/roles': ['a'] };
  const mapping = { scopes: 'https://acme.example/roles' };

  expect(principalOf(claims, [], {}, mapping).scopes).toEqual(new Set(['a']));
});

test.each([
  ['West', ['West']],
  [['West'], ['West']],
  [
    ['West', 'East', 'West'],
    ['East', 'West'],
  ],
  [42, ['42']],
  [
    [1, 'b'],
    ['1', 'b'],
  ],
  ['', ['']],
  [[], []],
])('reads the row claim %j as %j', (regions, values) => {
  expect(principalOf({ regions }).claims).toEqual({ regions: values });
});

test.each([undefined, null])('treats the row claim %j as absent', (regions) => {
  expect(principalOf({ regions }).claims).toEqual({});
});

test.each([true, 1.5, 1e300, {}, [{}], [null], [['West']], [true]])(
  'refuses %j as a row claim',
  (regions) => {
    expect(build({ regions })).toEqual({
      ok: false,
      code: 'TOKEN_CLAIM_INVALID',
      message:
        'The claim regions of the access token must be text, a whole number or a list of these.',
    });
  },
);

test.each(['constructor', 'toString', '__proto__'])(
  'finds no claim %s in a token that has none',
  (name) => {
    expect(principalOf({}, [name], {}, { scopes: name }).claims).toEqual({});
  },
);

test('gives equal callers one fingerprint, in whatever order their token names things', () => {
  const one = principalOf({ scope: 'a b', regions: ['West', 'East'], desk: 'x' }, [
    'desk',
    'regions',
  ]);
  const other = principalOf({ scope: ['b', 'a'], desk: ['x'], regions: ['East', 'West'] }, [
    'regions',
    'desk',
    'regions',
  ]);

  expect(other.fingerprint).toBe(one.fingerprint);
});

test.each([
  ['subject', principalOf({ sub: 'ben' })],
  ['issuer', principalOf({}, undefined, { issuer: 'https://other.example' })],
  ['scopes', principalOf({ scope: 'a' })],
  ['claims', principalOf({ regions: 'West' })],
  ['an empty claim', principalOf({ regions: [] })],
])('gives a caller of another %s another fingerprint', (_, other) => {
  expect(other.fingerprint).not.toBe(principalOf({}).fingerprint);
});

test('gives equal fingerprints exactly when subject, scopes and claims are equal', () => {
  const word = fc.constantFrom('a', 'b', 'ab', 'a,b', '","', ']');
  const caller = fc.record({
    sub: word,
    scope: fc.array(fc.constantFrom('a', 'b', 'ab')),
    x: fc.array(word),
    y: fc.array(word),
  });
  const rights = ({ subject, scopes, claims }: Principal) => [subject, [...scopes], claims];
  fc.assert(
    fc.property(caller, caller, (left, right) => {
      const [one, other] = [principalOf(left, ['x', 'y']), principalOf(right, ['y', 'x'])];
      const areEqual = JSON.stringify(rights(one)) === JSON.stringify(rights(other));

      expect(one.fingerprint === other.fingerprint).toBe(areEqual);
    }),
  );
});

test.each([
  ['realm_access.roles', { realm_access: { roles: ['steward'] } }],
  ['roles', { roles: 'steward' }],
  ['https://acme.example/roles', { 'https://acme.example/roles': ['steward'] }],
  ['a.b', { 'a.b': ['steward'], a: { b: ['other'] } }],
])('finds roles at %s', (path, claims) => {
  expect([...principalOf(claims, [], {}, { roles: path }).roles]).toEqual(['steward']);
});

test.each([
  [{ realm_access: [{ roles: ['x'] }] }],
  [{ realm_access: 'x' }],
  [{ realm_access: null }],
  [{}],
])('finds no roles in %j', (claims) => {
  expect(principalOf(claims, [], {}, { roles: 'realm_access.roles' }).roles).toEqual(new Set());
});

test('adds the scopes that roles stand for to those of the token', () => {
  const roleScopes = { steward: ['accounts:pii', 'a'], other: ['never'] };
  const claims = { scope: 'a', roles: ['steward', 'constructor', 'unknown'] };

  expect([...principalOf(claims, [], { roleScopes }).scopes]).toEqual(['a', 'accounts:pii']);
});

test('reads domain, purposes and renamed row claims where the issuer has them', () => {
  const claims = { org: { unit: 'sales' }, why: ['reporting', 'audit'], areas: ['West'] };
  const mapping = { domain: 'org.unit', purposes: 'why', rows: { regions: 'areas' } };

  expect(principalOf(claims, ['regions'], {}, mapping)).toMatchObject({
    domain: 'sales',
    purposes: new Set(['audit', 'reporting']),
    claims: { regions: ['West'] },
  });
});

test('looks at no claim for roles, domain or purposes where the issuer has none', () => {
  const claims = { roles: { x: 1 }, domain: 7, purpose: {} };
  const mapping = { roles: null, domain: null, purposes: null };

  expect(principalOf(claims, [], {}, mapping)).toMatchObject({ roles: new Set(), domain: null });
});

test.each([
  [{}, null, 'user'],
  [{ client_id: 'app' }, null, 'user'],
  [{ client_id: 'ana' }, null, 'machine'],
  [{ azp: 'ana' }, null, 'machine'],
  [{ client_id: 'ana' }, 'user', 'user'],
  [{}, 'machine', 'machine'],
] as const)('with %j at an issuer of %s callers, the caller is a %s', (claims, callers, kind) => {
  expect(principalOf(claims, [], { callers }).kind).toBe(kind);
});

test.each([
  ['roles', { roles: 'x' }],
  ['domain', { domain: 'x' }],
  ['purposes', { purpose: 'x' }],
  ['kind', { client_id: 'ana' }],
])('gives a caller with other %s another fingerprint', (_, claims) => {
  expect(principalOf(claims).fingerprint).not.toBe(principalOf({}).fingerprint);
});

test.each([
  [{ client_id: 'svc' }, 'svc'],
  [{ azp: 'web' }, 'web'],
  [{ client_id: 'svc', azp: 'web' }, 'svc'],
  [{ client_id: 7 }, null],
  [{ client_id: '' }, null],
  [{}, null],
])('reads the client of %j as %j', (claims, client) => {
  expect(principalOf(claims).client).toBe(client);
});

test('two clients of one caller are told apart', () => {
  const prints = [{ azp: 'a' }, { azp: 'b' }, {}].map((one) => principalOf(one).fingerprint);

  expect(new Set(prints).size).toBe(3);
});
