import { expect, test } from 'vitest';
import {
  cleanToken,
  describeExpiry,
  readTokenFacts,
} from '../../../../../gateway/portal/playground/access-token.ts';

const encode = (claims: unknown): string =>
  Buffer.from(JSON.stringify(claims)).toString('base64url');
const tokenOf = (claims: unknown): string => `e30.${encode(claims)}.signature`;

test.each([
  'a.b.c',
  'Bearer a.b.c',
  ' bearer  a.b.c\n',
  '"a.b.c"',
  'Authorization: Bearer a.b.\nc',
])('the token pasted as %j is cleaned of what is around it', (pasted) => {
  expect(cleanToken(pasted)).toBe('a.b.c');
});

test('the facts of a token are its subject, scopes and expiry', () => {
  const claims = { sub: 'Zoë@acme.example', scope: 'orders:read  orders:margin', exp: 2000 };

  expect(readTokenFacts(tokenOf(claims))).toEqual({
    subject: 'Zoë@acme.example',
    scopes: ['orders:read', 'orders:margin'],
    expiresAt: 2_000_000,
  });
});

test('scopes may be a list, and everything may be absent', () => {
  expect(readTokenFacts(tokenOf({ scope: ['a', 7, 'b'] }))).toEqual({
    subject: null,
    scopes: ['a', 'b'],
    expiresAt: null,
  });
});

test.each(['', 'abc', 'a.b', 'a.!!!.c', `a.${Buffer.from('no json').toString('base64url')}.c`])(
  '%j is no JSON Web Token',
  (token) => {
    expect(readTokenFacts(token)).toBeNull();
  },
);

const MINUTE = 60_000;

test.each([
  [null, 'does not expire'],
  [0, 'expired'],
  [-MINUTE, 'expired'],
  [1, 'expires in less than a minute'],
  [59 * MINUTE, 'expires in 59 min'],
  [119 * MINUTE, 'expires in 119 min'],
  [120 * MINUTE, 'expires in 2 hours'],
  [72 * 60 * MINUTE, 'expires in 3 days'],
])('a token with %j ms left %s', (left, words) => {
  const now = 1_000_000;
  const expiresAt = left === null ? null : now + left;

  expect(describeExpiry({ subject: null, scopes: [], expiresAt }, now)).toBe(words);
});
