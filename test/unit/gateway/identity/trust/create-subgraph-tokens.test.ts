import { generateKeyPairSync } from 'node:crypto';

import { createLocalJWKSet, decodeJwt, decodeProtectedHeader, jwtVerify } from 'jose';
import { expect, test } from 'vitest';
import { ANONYMOUS, type Principal } from '../../../../../gateway/identity/principal.ts';
import { createSubgraphTokens } from '../../../../../gateway/identity/trust/create-subgraph-tokens.ts';
import { RowClaims } from '../../../../../gateway/identity/trust/row-claims.ts';
import type { SigningJwk } from '../../../../../gateway/identity/trust/sign-jwt.ts';

const { x = '', d = '' } = generateKeyPairSync('ed25519').privateKey.export({ format: 'jwk' });
const privateJwk: SigningJwk = { kty: 'OKP', crv: 'Ed25519', x, d, kid: 'gateway-1' };
const start = 1_800_000_000;

const ana: Principal = {
  authenticated: true,
  kind: 'user',
  issuer: 'https://id.example',
  subject: 'ana',
  client: null,
  scopes: new Set(['accounts:pii', 'orders:margin']),
  roles: new Set(),
  domain: null,
  purposes: new Set(),
  claims: { regions: ['East', 'West'] },
  fingerprint: 'ana',
  expiresAt: start + 3600,
};

function createTokens() {
  const clock = { seconds: start };
  const tokens = createSubgraphTokens({
    privateJwk,
    issuer: 'meshgate',
    lifetimeSeconds: 60,
    rowClaims: new RowClaims(new Map([['products', []]])),
    now: () => clock.seconds * 1000,
  });
  return { clock, tokens };
}

test('signs what the subgraph needs to know of the caller', async () => {
  const { tokens } = createTokens();

  const verified = await jwtVerify(
    tokens.tokenFor(ana, 'orders'),
    createLocalJWKSet(tokens.publicJwks),
    {
      algorithms: ['EdDSA'],
      issuer: 'meshgate',
      audience: 'orders',
      currentDate: new Date(start * 1000),
    },
  );

  expect(verified.protectedHeader).toEqual({ alg: 'EdDSA', kid: 'gateway-1', typ: 'JWT' });
  expect(verified.payload).toEqual({
    iss: 'meshgate',
    aud: 'orders',
    sub: 'ana',
    sub_id: { format: 'iss_sub', iss: 'https://id.example', sub: 'ana' },
    scope: 'accounts:pii orders:margin',
    claims: { regions: ['East', 'West'] },
    iat: start,
    exp: start + 60,
  });
});

test('signs for an anonymous caller without naming a subject', () => {
  const { tokens } = createTokens();

  expect(decodeJwt(tokens.tokenFor(ANONYMOUS, 'products'))).toEqual({
    iss: 'meshgate',
    aud: 'products',
    scope: '',
    claims: {},
    iat: start,
    exp: start + 60,
  });
});

test('publishes the public half of the key only', () => {
  expect(createTokens().tokens.publicJwks).toEqual({
    keys: [{ kty: 'OKP', crv: 'Ed25519', x, kid: 'gateway-1', alg: 'EdDSA', use: 'sig' }],
  });
});

test('makes a token for one subgraph that is of no use at another', async () => {
  const { tokens } = createTokens();
  const token = tokens.tokenFor(ana, 'orders');

  const use = jwtVerify(token, createLocalJWKSet(tokens.publicJwks), {
    audience: 'accounts',
    currentDate: new Date(start * 1000),
  });

  await expect(use).rejects.toMatchObject({
    code: 'ERR_JWT_CLAIM_VALIDATION_FAILED',
    claim: 'aud',
  });
});

test('remembers a token per caller and subgraph until the last quarter of its life', () => {
  const { tokens, clock } = createTokens();
  const token = tokens.tokenFor(ana, 'orders');

  clock.seconds = start + 45;
  expect(tokens.tokenFor({ ...ana }, 'orders')).toBe(token);
  expect(tokens.tokenFor(ana, 'accounts')).not.toBe(token);
  expect(tokens.tokenFor({ ...ana, fingerprint: 'ben', subject: 'ben' }, 'orders')).not.toBe(token);

  clock.seconds = start + 46;
  expect(decodeJwt(tokens.tokenFor(ana, 'orders'))).toMatchObject({ exp: start + 46 + 60 });
});

test("never outlives the caller's own token, fractions of a second included", () => {
  const { tokens } = createTokens();

  const token = tokens.tokenFor({ ...ana, expiresAt: start + 10.9 }, 'orders');

  expect(decodeJwt(token)).toMatchObject({ exp: start + 10 });
});

test('does not reuse a token that outlives the one that the same caller sends now', () => {
  const { tokens } = createTokens();
  tokens.tokenFor(ana, 'orders');

  const token = tokens.tokenFor({ ...ana, expiresAt: start + 20 }, 'orders');

  expect(decodeJwt(token)).toMatchObject({ exp: start + 20 });
});

test('reuses a token of the same caller that expires sooner than it must', () => {
  const { tokens } = createTokens();
  const token = tokens.tokenFor({ ...ana, expiresAt: start + 30 }, 'orders');

  expect(tokens.tokenFor(ana, 'orders')).toBe(token);
});

test("signs once, not for each call, in the last seconds of the caller's own token", () => {
  const { tokens, clock } = createTokens();
  const expiring = { ...ana, expiresAt: start + 8 };
  const token = tokens.tokenFor(expiring, 'orders');

  clock.seconds = start + 7;
  expect(tokens.tokenFor(expiring, 'orders')).toBe(token);
});

test("refuses to sign when the caller's own token has expired meanwhile", () => {
  const { tokens, clock } = createTokens();
  clock.seconds = start + 3600;

  expect(() => tokens.tokenFor(ana, 'orders')).toThrow(
    expect.objectContaining({ code: 'TOKEN_EXPIRED' }),
  );
});

test('cannot be made to name another algorithm or key', () => {
  const { tokens } = createTokens();
  const claims = { alg: ['none'], kid: ['other'], iss: ['evil'], exp: ['9999999999'] };

  const token = tokens.tokenFor({ ...ana, claims }, 'orders');

  expect(decodeProtectedHeader(token)).toEqual({ alg: 'EdDSA', kid: 'gateway-1', typ: 'JWT' });
  expect(decodeJwt(token)).toMatchObject({ iss: 'meshgate', exp: start + 60, claims });
});

const GRANT = {
  coordinates: ['Account.email'],
  told: '["Account.email"]',
  fingerprint: 'g-1',
  endsAtMs: (start + 30.5) * 1000,
};

test('says what was granted, to no other product and no longer than it was', () => {
  const { tokens } = createTokens();

  expect(decodeJwt(tokens.tokenFor(ana, 'accounts', GRANT))).toMatchObject({
    granted: ['Account.email'],
    scope: 'accounts:pii orders:margin',
    exp: start + 31,
  });
  expect(decodeJwt(tokens.tokenFor(ana, 'orders'))).not.toHaveProperty('granted');
});

test('a token that was made with a grant is not sent without it, nor with another', () => {
  const { tokens } = createTokens();
  const token = tokens.tokenFor(ana, 'accounts', GRANT);
  const other = { ...GRANT, coordinates: ['*'], fingerprint: 'g-2' };

  expect(tokens.tokenFor(ana, 'accounts', { ...GRANT })).toBe(token);
  expect(decodeJwt(tokens.tokenFor(ana, 'accounts', null))).not.toHaveProperty('granted');
  expect(decodeJwt(tokens.tokenFor(ana, 'accounts', other))).toHaveProperty('granted', ['*']);
});
