import { expect, test } from 'vitest';

import { checkClaims } from '../../../../../gateway/identity/jwt/check-claims.ts';

const settings = {
  audiences: ['mesh', 'mesh-beta'],
  clockToleranceSeconds: 5,
};
const now = 1_800_000_000;
const check = (claims: Record<string, unknown>) =>
  checkClaims({ exp: now + 60, aud: 'mesh', ...claims }, settings, now)?.code ?? 'accepted';

test.each([
  [{}, 'accepted'],
  [{ exp: now - 4.9 }, 'accepted'],
  [{ exp: now - 5 }, 'TOKEN_EXPIRED'],
  [{ exp: 0 }, 'TOKEN_EXPIRED'],
  [{ exp: 253_402_300_799 }, 'accepted'],
  [{ nbf: now + 5 }, 'accepted'],
  [{ nbf: now + 5.1 }, 'TOKEN_NOT_YET_VALID'],
  [{ iat: now + 5 }, 'accepted'],
  [{ iat: now + 6 }, 'TOKEN_NOT_YET_VALID'],
  [{ iat: now - 1e6, nbf: now + 3600 }, 'TOKEN_NOT_YET_VALID'],
  [{ iat: now - 1e6, nbf: now - 1e6 }, 'accepted'],
])('with the clock at 1,800,000,000 and 5 s of tolerance, %j is %s', (claims, outcome) => {
  expect(check(claims)).toBe(outcome);
});

test.each([
  undefined,
  null,
  '1900000000',
  true,
  [],
  {},
  -1,
  1e300,
  Number.POSITIVE_INFINITY,
  Number.NaN,
])('refuses %j as exp, so that no token is valid for ever', (exp) => {
  expect(checkClaims({ exp, aud: 'mesh' }, settings, now)).toEqual({
    ok: false,
    code: 'TOKEN_CLAIM_INVALID',
    message: 'The access token lacks the claim exp, or it is no number.',
  });
});

test.each([null, '0', true, {}, Number.NEGATIVE_INFINITY])('refuses %j as nbf or iat', (value) => {
  const message = 'The claims nbf and iat of the access token must be numbers.';

  expect(checkClaims({ exp: now + 60, nbf: value }, settings, now)).toMatchObject({ message });
  expect(checkClaims({ exp: now + 60, iat: value }, settings, now)).toMatchObject({ message });
});

test.each([
  ['mesh', 'accepted'],
  [['mesh'], 'accepted'],
  [['other', 'mesh-beta'], 'accepted'],
  ['other', 'TOKEN_AUDIENCE_MISMATCH'],
  ['Mesh', 'TOKEN_AUDIENCE_MISMATCH'],
  ['mesh ', 'TOKEN_AUDIENCE_MISMATCH'],
  ['', 'TOKEN_AUDIENCE_MISMATCH'],
  [[], 'TOKEN_AUDIENCE_MISMATCH'],
  [[['mesh']], 'TOKEN_AUDIENCE_MISMATCH'],
  [{ mesh: true }, 'TOKEN_AUDIENCE_MISMATCH'],
  [undefined, 'TOKEN_AUDIENCE_MISMATCH'],
  [null, 'TOKEN_AUDIENCE_MISMATCH'],
])('with the audiences mesh and mesh-beta, aud %j is %s', (aud, outcome) => {
  expect(check({ aud })).toBe(outcome);
});
