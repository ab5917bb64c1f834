import { createHmac, createSign, generateKeyPairSync } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import type { RequestListener } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { exportSPKI, importJWK, type JWK } from 'jose';
import { expect, onTestFinished, test, vi } from 'vitest';

import type { AuthenticationOutcome } from '../../../../gateway/identity/authentication-outcome.ts';
import {
  type Authenticate,
  type AuthenticateSettings,
  createAuthenticate,
} from '../../../../gateway/identity/create-authenticate.ts';
import { CredentialRegister } from '../../../../gateway/identity/credential-register.ts';
import type { IssuerSettings } from '../../../../gateway/identity/issuer-settings.ts';
import { ANONYMOUS } from '../../../../gateway/identity/principal.ts';
import { toIssuerSettings } from '../../../support/issuer-settings.ts';
import { createTokenIssuer, encodePart, serveHttp } from '../../../support/token-issuer.ts';

const start = 1_800_000_000;
const id = await createTokenIssuer('https://id.example', 'ES256');
const claims = { iss: id.issuer, sub: 'ana', aud: 'mesh', exp: start + 3600 };

interface Bench {
  readonly clock: { seconds: number };
  readonly failures: [string, unknown][];
  /** What becomes of a token, awaited. */
  ask(token: string): Promise<AuthenticationOutcome>;
  /** The code of a rejection, or the subject. */
  verdict(token: string): Promise<string | null>;
  readonly authenticate: Authenticate;
  refreshKeys(): Promise<void>;
}

const trusting = (jwks: string, changes: Partial<IssuerSettings> = {}): IssuerSettings =>
  toIssuerSettings({ issuer: id.issuer, jwks, ...changes });

function createBench(
  issuers: readonly IssuerSettings[],
  changes: Partial<AuthenticateSettings> = {},
): Bench {
  const clock = { seconds: start };
  const failures: [string, unknown][] = [];
  const { authenticate, refreshKeys } = createAuthenticate({
    issuers,
    register: new CredentialRegister(false),
    onIntrospection: () => undefined,
    rowClaims: ['regions'],
    tokenBytes: 8192,
    now: () => clock.seconds * 1000,
    onKeysUnavailable: (issuer, error) => failures.push([issuer, error]),
    ...changes,
  });
  const ask = async (token: string) => authenticate(`Bearer ${token}`);
  const verdict = async (token: string) => {
    const outcome = await ask(token);
    return outcome.ok ? outcome.principal.subject : outcome.code;
  };
  return { clock, failures, ask, verdict, authenticate, refreshKeys };
}

async function writeKeys(...keys: JWK[]): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'meshgate-keys-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const file = join(folder, 'issuer.jwks.json');
  await writeFile(file, JSON.stringify({ keys }));
  return file;
}

/** An endpoint of keys that counts how often it is asked. */
async function serveKeys(...keys: JWK[]) {
  const endpoint = { url: '', keys, requests: 0 };
  endpoint.url = await serveHttp((_, response) => {
    endpoint.requests += 1;
    response.end(JSON.stringify({ keys: endpoint.keys }));
  });
  return endpoint;
}

/** A bench that trusts `id` with a file of its key. */
const createUsualBench = async (changes: Partial<IssuerSettings> = {}): Promise<Bench> =>
  createBench([trusting(await writeKeys(id.publicJwk), changes)]);

test('accepts a token of a configured issuer', async () => {
  const { ask } = await createUsualBench();
  const token = await id.sign({ ...claims, scope: 'a b', regions: 'West', iat: start, nbf: start });

  expect(await ask(token)).toEqual({
    ok: true,
    principal: {
      authenticated: true,
      kind: 'user',
      issuer: 'https://id.example',
      subject: 'ana',
      scopes: new Set(['a', 'b']),
      roles: new Set(),
      domain: null,
      client: null,
      purposes: new Set(),
      claims: { regions: ['West'] },
      fingerprint: expect.any(String),
      expiresAt: start + 3605,
    },
  });
});

test.each(['RS256', 'PS256', 'ES256', 'EdDSA'])('accepts %s by default', async (alg) => {
  const issuer = await createTokenIssuer(id.issuer, alg);
  const { verdict } = createBench([trusting(await writeKeys(issuer.publicJwk))]);

  expect(await verdict(await issuer.sign(claims))).toBe('ana');
});

test('takes a caller without credentials for anonymous, at once', async () => {
  const { authenticate } = await createUsualBench();

  expect(authenticate(null)).toEqual({ ok: true, principal: ANONYMOUS });
});

test('does not look at tokens when no issuer is configured', () => {
  const { authenticate } = createBench([]);

  expect(authenticate('Bearer x.y.z')).toEqual({ ok: true, principal: ANONYMOUS });
  expect(authenticate('x'.repeat(100_000))).toEqual({ ok: true, principal: ANONYMOUS });
});

test('refuses other credentials than a bearer token when an issuer is configured', async () => {
  const { authenticate } = await createUsualBench();

  expect(await authenticate('Basic dXNlcjpwYXNz')).toMatchObject({ code: 'TOKEN_MALFORMED' });
  expect(await authenticate('')).toMatchObject({ code: 'TOKEN_MALFORMED' });
});

test('refuses a token of more bytes than configured before anything else', async () => {
  const { authenticate } = await createUsualBench();

  expect(authenticate(`Bearer ${'x'.repeat(8192)}`)).toEqual({
    ok: false,
    code: 'TOKEN_MALFORMED',
    message: 'The access token has more than 8192 bytes.',
  });
});

test.each([
  ['expired', { exp: start - 5 }, 'TOKEN_EXPIRED'],
  ['without exp', { exp: undefined }, 'TOKEN_CLAIM_INVALID'],
  ['not yet valid', { nbf: start + 60 }, 'TOKEN_NOT_YET_VALID'],
  ['issued in the future', { iat: start + 60 }, 'TOKEN_NOT_YET_VALID'],
  ['for another audience', { aud: 'other' }, 'TOKEN_AUDIENCE_MISMATCH'],
  ['without audience', { aud: undefined }, 'TOKEN_AUDIENCE_MISMATCH'],
  ['without subject', { sub: undefined }, 'TOKEN_CLAIM_INVALID'],
  ['of another issuer', { iss: 'https://evil.example' }, 'TOKEN_ISSUER_UNKNOWN'],
  ['of an issuer spelt with a slash', { iss: 'https://id.example/' }, 'TOKEN_ISSUER_UNKNOWN'],
  ['of an issuer in a list', { iss: ['https://id.example'] }, 'TOKEN_ISSUER_UNKNOWN'],
  ['without issuer', { iss: undefined }, 'TOKEN_ISSUER_UNKNOWN'],
])('refuses a token %s', async (_, changes, code) => {
  const { verdict } = await createUsualBench();

  expect(await verdict(await id.sign({ ...claims, ...changes }))).toBe(code);
});

test('refuses a token with a claim given twice', async () => {
  const { verdict } = await createUsualBench();
  const payload = JSON.stringify(claims).replace('{', '{"sub":"root",');

  expect(await verdict(await id.sign(payload))).toBe('TOKEN_MALFORMED');
});

test('refuses a token of another key that claims the same kid', async () => {
  const { verdict } = await createUsualBench();
  const forger = await createTokenIssuer(id.issuer, 'ES256', id.kid);

  expect(await verdict(await forger.sign(claims))).toBe('TOKEN_SIGNATURE_INVALID');
});

test('refuses a token whose payload was changed after signing', async () => {
  const { verdict } = await createUsualBench();
  const [header, , signature] = (await id.sign(claims)).split('.');

  const forged = `${header}.${encodePart({ ...claims, sub: 'root' })}.${signature}`;

  expect(await verdict(forged)).toBe('TOKEN_SIGNATURE_INVALID');
});

test('never trusts one issuer with the keys of another', async () => {
  const other = await createTokenIssuer('https://other.example', 'ES256', id.kid);
  const { verdict } = createBench([
    trusting(await writeKeys(id.publicJwk)),
    trusting(await writeKeys(other.publicJwk), { issuer: other.issuer, audiences: ['mesh', 'x'] }),
  ]);

  expect(await verdict(await other.sign({ ...claims, iss: other.issuer, aud: 'x' }))).toBe('ana');
  expect(await verdict(await other.sign(claims))).toBe('TOKEN_SIGNATURE_INVALID');
  expect(await verdict(await id.sign({ ...claims, aud: 'x' }))).toBe('TOKEN_AUDIENCE_MISMATCH');
});

test.each(['none', 'None', 'NONE', ''])('refuses the algorithm %j', async (alg) => {
  const { verdict } = await createUsualBench();
  const unsigned = `${encodePart({ alg })}.${encodePart(claims)}.`;

  expect(await verdict(unsigned)).toBe('TOKEN_MALFORMED');
  expect(await verdict(`${unsigned}AA`)).toBe('TOKEN_SIGNATURE_INVALID');
});

test.each([undefined, null, 7, ['ES256'], {}])('refuses %j as algorithm', async (alg) => {
  const { verdict } = await createUsualBench();
  const token = `${encodePart({ alg, kid: id.kid })}.${encodePart(claims)}.AA`;

  expect(await verdict(token)).toBe('TOKEN_SIGNATURE_INVALID');
});

test('refuses a shared-secret signature made with the public key as the secret', async () => {
  const issuer = await createTokenIssuer(id.issuer, 'RS256');
  const { verdict } = createBench([trusting(await writeKeys(issuer.publicJwk))]);
  const spki = await exportSPKI(
    (await importJWK(issuer.publicJwk, 'RS256', { extractable: true })) as never,
  );
  const signed = `${encodePart({ alg: 'HS256', kid: issuer.kid })}.${encodePart(claims)}`;

  for (const secret of [
    spki,
    spki.trim(),
    issuer.publicJwk.n ?? '',
    JSON.stringify(issuer.publicJwk),
  ]) {
    const signature = createHmac('sha256', secret).update(signed).digest('base64url');
    expect(await verdict(`${signed}.${signature}`)).toBe('TOKEN_SIGNATURE_INVALID');
  }
});

test('refuses a shared-secret signature even where the issuer publishes the secret', async () => {
  const secret = Buffer.alloc(32, 7);
  const jwk = { kty: 'oct', k: secret.toString('base64url'), kid: 'shared', alg: 'HS256' };
  const keys = await writeKeys(jwk);
  const { verdict } = createBench([trusting(keys, { algorithms: ['HS256', 'ES256'] })]);
  const signed = `${encodePart({ alg: 'HS256', kid: 'shared' })}.${encodePart(claims)}`;
  const signature = createHmac('sha256', secret).update(signed).digest('base64url');

  expect(await verdict(`${signed}.${signature}`)).toBe('TOKEN_SIGNATURE_INVALID');
});

test('refuses an algorithm that the issuer is not configured with, though the key would fit', async () => {
  const { ask } = await createUsualBench({ algorithms: ['EdDSA'] });

  expect(await ask(await id.sign(claims))).toEqual({
    ok: false,
    code: 'TOKEN_SIGNATURE_INVALID',
    message: 'The access token must be signed with one of EdDSA.',
  });
});

test('refuses an RSA key too short to be safe', async () => {
  const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 1024 });
  const jwk = { ...publicKey.export({ format: 'jwk' }), kid: 'short' } as JWK;
  const { verdict } = createBench([trusting(await writeKeys(jwk))]);
  const signed = `${encodePart({ alg: 'RS256', kid: 'short' })}.${encodePart(claims)}`;
  const signature = createSign('RSA-SHA256').update(signed).sign(privateKey, 'base64url');

  expect(await verdict(`${signed}.${signature}`)).toBe('TOKEN_SIGNATURE_INVALID');
});

test('never uses a key, or an address of keys, that a token brings along', async () => {
  const forger = await createTokenIssuer(id.issuer, 'ES256', 'forged');
  const forgerEndpoint = await serveKeys(forger.publicJwk);
  const { verdict } = await createUsualBench();
  const headers = [
    { jwk: forger.publicJwk },
    { jku: forgerEndpoint.url },
    { x5u: forgerEndpoint.url },
    { x5c: ['MIIB'] },
    { jwk: forger.publicJwk, jku: forgerEndpoint.url, x5u: forgerEndpoint.url, kid: id.kid },
  ];

  for (const header of headers) {
    expect(await verdict(await forger.sign(claims, header))).toBe('TOKEN_SIGNATURE_INVALID');
  }
  expect(forgerEndpoint.requests).toBe(0);
});

test('refuses a critical extension that is not known', async () => {
  const { verdict } = await createUsualBench();
  const header = encodePart({ alg: 'ES256', kid: id.kid, crit: ['x'], x: true });
  const [, payload, signature] = (await id.sign(claims)).split('.');

  expect(await verdict(`${header}.${payload}.${signature}`)).toBe('TOKEN_MALFORMED');
});

test('accepts a token without kid when one of the keys fits, and refuses it when none does', async () => {
  const [next, forger] = [await createTokenIssuer(), await createTokenIssuer()];
  const { verdict } = createBench([
    trusting(await writeKeys(id.publicJwk, { ...next.publicJwk, kid: 'next' })),
  ]);

  expect(await verdict(await next.sign(claims, { kid: undefined }))).toBe('ana');
  expect(await verdict(await forger.sign(claims, { kid: undefined }))).toBe(
    'TOKEN_SIGNATURE_INVALID',
  );
});

test('answers at once for a token it remembers', async () => {
  const { authenticate } = await createUsualBench();
  const authorization = `Bearer ${await id.sign(claims)}`;
  const first = await authenticate(authorization);

  expect(authenticate(authorization)).toBe(first);
});

test('checks a token once for many requests at once', async () => {
  const { authenticate } = await createUsualBench();
  const authorization = `Bearer ${await id.sign(claims)}`;

  const answers = [authenticate(authorization), authenticate(authorization)];

  expect(answers[0]).toBeInstanceOf(Promise);
  expect(answers[1]).toBe(answers[0]);
});

test('forgets a token when it expires, and remembers that it has', async () => {
  const { authenticate, clock } = await createUsualBench();
  const authorization = `Bearer ${await id.sign({ ...claims, exp: start + 10 })}`;
  await authenticate(authorization);

  clock.seconds = start + 14;
  expect(authenticate(authorization)).toMatchObject({ ok: true });
  clock.seconds = start + 15;
  const outcome = await authenticate(authorization);
  expect(outcome).toMatchObject({ ok: false, code: 'TOKEN_EXPIRED' });
  expect(authenticate(authorization)).toBe(outcome);
});

test('remembers a rejection for five seconds, so a client in a loop costs little', async () => {
  const { authenticate, clock } = await createUsualBench();
  const authorization = `Bearer ${await id.sign({ ...claims, nbf: start + 9 })}`;
  const rejection = await authenticate(authorization);

  clock.seconds = start + 4;
  expect(authenticate(authorization)).toBe(rejection);
  clock.seconds = start + 5;
  expect(await authenticate(authorization)).toMatchObject({ ok: true });
});

test('keeps good tokens while junk pours in', async () => {
  const { authenticate } = await createUsualBench();
  const authorization = `Bearer ${await id.sign(claims)}`;
  const accepted = await authenticate(authorization);

  for (let n = 0; n < 3000; n += 1) await authenticate(`Bearer junk-${n}`);

  expect(authenticate(authorization)).toBe(accepted);
});

test('stops accepting the tokens of a key that its issuer has withdrawn', async () => {
  const endpoint = await serveKeys(id.publicJwk);
  const { verdict, clock } = createBench([trusting(endpoint.url)]);
  const token = await id.sign({ ...claims, exp: start + 1e7 });
  expect(await verdict(token)).toBe('ana');

  endpoint.keys = [(await createTokenIssuer(id.issuer, 'ES256', 'next')).publicJwk];

  // The refresh runs behind the request that notices, so how many requests it takes is open.
  await vi.waitFor(async () => {
    clock.seconds += 301;
    expect(await verdict(token)).toBe('TOKEN_SIGNATURE_INVALID');
  });
  expect(endpoint.requests).toBeGreaterThan(1);
});

test('accepts the tokens of a new key after a rotation, and those of the old one while it is published', async () => {
  const endpoint = await serveKeys(id.publicJwk);
  const { verdict, clock } = createBench([trusting(endpoint.url)]);
  const next = await createTokenIssuer(id.issuer, 'ES256', 'next');
  expect(await verdict(await id.sign(claims))).toBe('ana');

  endpoint.keys = [id.publicJwk, next.publicJwk];
  clock.seconds += 30;

  expect(await verdict(await next.sign({ ...claims, sub: 'ben' }))).toBe('ben');
  expect(await verdict(await id.sign({ ...claims, sub: 'cem' }))).toBe('cem');
  expect(endpoint.requests).toBe(2);
});

test('asks for keys twice at most when thousands of tokens name unknown keys within a minute', async () => {
  const endpoint = await serveKeys(id.publicJwk);
  const { verdict, clock } = createBench([trusting(endpoint.url)]);
  const signature = encodePart('no signature');

  for (let n = 0; n < 3000; n += 1) {
    clock.seconds = start + Math.floor(n / 60);
    const token = `${encodePart({ alg: 'ES256', kid: `k${n}` })}.${encodePart(claims)}.${signature}`;
    expect(await verdict(token)).toBe('TOKEN_SIGNATURE_INVALID');
  }

  expect(endpoint.requests).toBe(2);
});

test('reads a file of keys again when a token names an unknown one, once a second at most', async () => {
  const file = await writeKeys(id.publicJwk);
  const { verdict, clock } = createBench([trusting(file)]);
  const next = await createTokenIssuer(id.issuer, 'ES256', 'next');
  await verdict(await id.sign(claims));
  await writeFile(file, JSON.stringify({ keys: [next.publicJwk] }));

  expect(await verdict(await next.sign(claims))).toBe('TOKEN_SIGNATURE_INVALID');
  clock.seconds += 1;
  expect(await verdict(await next.sign({ ...claims, sub: 'ben' }))).toBe('ben');
});

const tooLong = JSON.stringify({ keys: [], padding: 'x'.repeat(600_000) });
const badEndpoints: [string, RequestListener][] = [
  ['never answers', () => {}],
  ['sends a head and no body', (_, response) => response.writeHead(200).flushHeaders()],
  ['answers garbage', (_, response) => response.end('<html>')],
  ['has no content', (_, response) => response.writeHead(204).end()],
  ['answers nothing', (_, response) => response.end()],
  ['answers JSON that is no key set', (_, response) => response.end('{"error":"x"}')],
  ['answers with an error', (_, response) => response.writeHead(500).end('{"keys":[]}')],
  ['answers more than half a megabyte', (_, response) => response.end(tooLong)],
  ['hangs up', (_, response) => response.destroy()],
];

test.each(badEndpoints)(
  'says that keys are not to be had when their endpoint %s',
  async (_, listener) => {
    const url = await serveHttp(listener);
    const { ask, failures } = createBench([trusting(url)], { jwksTimeoutMs: 100 });

    expect(await ask(await id.sign(claims))).toEqual({
      ok: false,
      code: 'ISSUER_UNREACHABLE',
      message: 'The keys of the token issuer could not be loaded, so the token cannot be checked.',
    });
    expect(failures).toEqual([['https://id.example', expect.any(Error)]]);
  },
);

test('says that keys are not to be had when nothing listens or no file is there', async () => {
  const other = { issuer: 'https://other.example' };
  const { verdict } = createBench([
    trusting('http://127.0.0.1:1/jwks'),
    trusting('/nonexistent/issuer.jwks.json', other),
  ]);

  expect(await verdict(await id.sign(claims))).toBe('ISSUER_UNREACHABLE');
  expect(await verdict(await id.sign({ ...claims, iss: other.issuer }))).toBe('ISSUER_UNREACHABLE');
});

test('asks an endpoint that is down once in five seconds, and accepts tokens when it is back', async () => {
  let isDown = true;
  let requests = 0;
  const url = await serveHttp((_, response) => {
    requests += 1;
    if (isDown) response.writeHead(503).end();
    else response.end(JSON.stringify({ keys: [id.publicJwk] }));
  });
  const { verdict, clock } = createBench([trusting(url)]);

  for (let n = 0; n < 100; n += 1) {
    expect(await verdict(await id.sign({ ...claims, n }))).toBe('ISSUER_UNREACHABLE');
  }
  expect(requests).toBe(1);

  isDown = false;
  clock.seconds += 5;
  expect(await verdict(await id.sign(claims))).toBe('ana');
});

test('never remembers that keys were not to be had as a fault of the token', async () => {
  const keys = await writeKeys(id.publicJwk);
  await rm(keys);
  const { verdict, clock } = createBench([trusting(keys)]);
  const token = await id.sign(claims);
  await verdict(await id.sign({ ...claims, sub: 'ben' }));
  clock.seconds += 4;
  expect(await verdict(token)).toBe('ISSUER_UNREACHABLE');

  await writeFile(keys, JSON.stringify({ keys: [id.publicJwk] }));
  clock.seconds += 1;

  expect(await verdict(token)).toBe('ana');
});

test('does not follow a redirect to other keys', async () => {
  const elsewhere = await serveKeys(id.publicJwk);
  const url = await serveHttp((_, response) => {
    response.writeHead(302, { location: elsewhere.url }).end();
  });
  const { verdict } = createBench([trusting(url)]);

  expect(await verdict(await id.sign(claims))).toBe('ISSUER_UNREACHABLE');
  expect(elsewhere.requests).toBe(0);
});

test('tells a caller nothing that was in the token', async () => {
  const { ask } = await createUsualBench();
  const secret = 'hunter2';
  const tokens = [
    await id.sign({ ...claims, iss: secret }),
    await id.sign({ ...claims, aud: secret }),
    await id.sign({ ...claims, exp: secret }),
    await id.sign({ ...claims, scope: { secret } }),
    await id.sign({ ...claims, regions: { secret } }),
    await id.sign(claims, { kid: secret }),
    await id.sign(claims, { typ: secret }),
    `${secret}.${secret}.${secret}`,
  ];

  for (const token of tokens) {
    const outcome = await ask(token);
    expect(outcome.ok).toBe(false);
    expect(JSON.stringify(outcome)).not.toContain(secret);
  }
});

test('accepts shared-secret signatures only where a secret is configured, and no others there', async () => {
  const secret = Buffer.alloc(32, 7);
  const changes = { secret, algorithms: ['HS256'] };
  const { verdict } = createBench([toIssuerSettings({ issuer: id.issuer, ...changes })]);
  const signed = `${encodePart({ alg: 'HS256' })}.${encodePart(claims)}`;
  const signature = createHmac('sha256', secret).update(signed).digest('base64url');
  const forged = createHmac('sha256', Buffer.alloc(32, 8)).update(signed).digest('base64url');

  expect(await verdict(`${signed}.${signature}`)).toBe('ana');
  expect(await verdict(`${signed}.${forged}`)).toBe('TOKEN_SIGNATURE_INVALID');
  expect(await verdict(await id.sign(claims))).toBe('TOKEN_SIGNATURE_INVALID');
});

test('a secret checks no signature of another kind, whatever the algorithms say', async () => {
  const secret = Buffer.alloc(32, 7);
  const changes = { secret, algorithms: ['ES256', 'HS256'] };
  const { verdict } = createBench([toIssuerSettings({ issuer: id.issuer, ...changes })]);

  expect(await verdict(await id.sign(claims))).toBe('TOKEN_SIGNATURE_INVALID');
});

test('nothing that is remembered outlives a revocation, and what is taken back works again', async () => {
  const register = new CredentialRegister(false);
  const { authenticate } = createBench([trusting(await writeKeys(id.publicJwk))], { register });
  const bearer = async (jti: string) => `Bearer ${await id.sign({ ...claims, jti })}`;
  const [revoked, other] = [await bearer('t1'), await bearer('t2')];
  const [, kept] = [await authenticate(revoked), await authenticate(other)];

  register.replace([], [{ kind: 'jti', value: 't1', issuer: null, issuedBefore: start }]);

  expect(await authenticate(revoked)).toMatchObject({ code: 'TOKEN_REVOKED' });
  expect(authenticate(revoked)).toMatchObject({ code: 'TOKEN_REVOKED' });
  expect(authenticate(other)).toBe(kept);
  register.replace([], []);
  expect(await authenticate(revoked)).toMatchObject({ ok: true });
});

test('a token that is being checked when it is revoked is refused', async () => {
  const register = new CredentialRegister(false);
  const { authenticate } = createBench([trusting(await writeKeys(id.publicJwk))], { register });

  const pending = authenticate(`Bearer ${await id.sign({ ...claims, jti: 't1' })}`);
  register.replace([], [{ kind: 'jti', value: 't1', issuer: null, issuedBefore: start }]);

  expect(await pending).toMatchObject({ code: 'TOKEN_REVOKED' });
});

test('keys are loaded before a token comes, and anew when they are no longer fresh', async () => {
  const endpoint = await serveKeys(id.publicJwk);
  const { refreshKeys, clock, verdict } = createBench([trusting(endpoint.url)]);

  await refreshKeys();
  await refreshKeys();
  expect(endpoint.requests).toBe(1);
  expect(await verdict(await id.sign(claims))).toBe('ana');
  expect(endpoint.requests).toBe(1);
  clock.seconds += 301;
  await refreshKeys();
  expect(endpoint.requests).toBe(2);
});
