import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { isAbsolute, join, relative } from 'node:path';

import { decodeJwt } from 'jose';
import { expect, onTestFinished, test } from 'vitest';

import { createAuthenticate } from '../../../../../gateway/identity/create-authenticate.ts';
import { CredentialRegister } from '../../../../../gateway/identity/credential-register.ts';
import {
  loadDevelopmentIssuer,
  loadOrCreateDevelopmentIssuer,
  mintDevelopmentToken,
} from '../../../../../gateway/identity/trust/development-issuer.ts';
import { toIssuerSettings } from '../../../../support/issuer-settings.ts';

const startMs = 1_800_000_000_500;

async function makeFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'meshgate-data-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  return folder;
}

test('is made once and found again', async () => {
  const folder = await makeFolder();
  expect(await loadDevelopmentIssuer(folder)).toBeNull();

  const issuer = await loadOrCreateDevelopmentIssuer(folder);

  expect(await loadDevelopmentIssuer(folder)).toEqual(issuer);
  expect(await loadOrCreateDevelopmentIssuer(folder)).toEqual(issuer);
});

test('keeps its key in the data folder, readable by the owner only', async () => {
  const folder = await makeFolder();

  await loadOrCreateDevelopmentIssuer(folder);

  const { mode } = await stat(join(folder, 'keys', 'development-issuer.json'));
  expect(mode & 0o777).toBe(0o600);
});

test('names its key set by an absolute path, whatever the data folder is given as', async () => {
  const folder = await makeFolder();

  const issuer = await loadOrCreateDevelopmentIssuer(relative(process.cwd(), folder));

  expect(isAbsolute(issuer.jwksFile)).toBe(true);
  expect(issuer.jwksFile).toBe(join(folder, 'keys', 'development-issuer.jwks.json'));
});

test('makes tokens that a gateway accepts which trusts it like any other issuer', async () => {
  const issuer = await loadOrCreateDevelopmentIssuer(await makeFolder());
  const { authenticate } = createAuthenticate({
    issuers: [
      toIssuerSettings({
        issuer: issuer.issuer,
        audiences: [issuer.audience],
        jwks: issuer.jwksFile,
        clockToleranceSeconds: 0,
      }),
    ],
    register: new CredentialRegister(false),
    onIntrospection: () => undefined,
    rowClaims: ['regions'],
    tokenBytes: 8192,
    now: () => startMs,
    onKeysUnavailable: (_, error) => {
      throw error;
    },
  });
  const request = {
    subject: 'ana',
    scopes: ['a', 'b'],
    claims: { regions: 'West' },
    ttlSeconds: 60,
  };

  const token = mintDevelopmentToken(issuer, request, startMs);

  expect(await authenticate(`Bearer ${token}`)).toMatchObject({
    ok: true,
    principal: {
      subject: 'ana',
      scopes: new Set(['a', 'b']),
      claims: { regions: ['West'] },
      expiresAt: 1_800_000_060,
    },
  });
});

test('writes its own claims over those asked for, and the audience asked for over its own', async () => {
  const issuer = await loadOrCreateDevelopmentIssuer(await makeFolder());
  const claims = { iss: 'x', sub: 'x', exp: 1, iat: 1, scope: 'x', desk: 7 };
  const request = { subject: 'ana', scopes: [], claims, ttlSeconds: 60, audience: 'other' };

  expect(decodeJwt(mintDevelopmentToken(issuer, request, startMs))).toEqual({
    iss: 'http://127.0.0.1/meshgate-development',
    sub: 'ana',
    aud: 'other',
    scope: '',
    desk: 7,
    iat: 1_800_000_000,
    exp: 1_800_000_060,
  });
});
