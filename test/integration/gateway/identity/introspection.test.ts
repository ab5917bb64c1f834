import type { IncomingMessage, RequestListener } from 'node:http';

import { expect, test } from 'vitest';

import {
  type AuthenticateSettings,
  createAuthenticate,
} from '../../../../gateway/identity/create-authenticate.ts';
import { CredentialRegister } from '../../../../gateway/identity/credential-register.ts';
import { toIssuerSettings } from '../../../support/issuer-settings.ts';
import { createTokenIssuer, serveHttp } from '../../../support/token-issuer.ts';

const start = 1_800_000_000;
const ACTIVE = { active: true, sub: 'ana', scope: 'a b', exp: start + 3600 };

interface Question {
  readonly method: string | undefined;
  readonly authorization: string | undefined;
  readonly body: string;
}

async function readText(request: IncomingMessage): Promise<string> {
  let text = '';
  for await (const chunk of request) text += chunk;
  return text;
}

/** An issuer that answers what it is told to, and notes what it is asked. */
async function createBench(answer: object | RequestListener = ACTIVE, timeoutMs = 10_000) {
  const clock = { seconds: start };
  const issuer = { answer, questions: [] as Question[] };
  const endpoint = await serveHttp((request, response) => {
    void readText(request).then((body) => {
      const { method, headers } = request;
      issuer.questions.push({ method, authorization: headers.authorization, body });
      if (typeof issuer.answer === 'function') issuer.answer(request, response);
      else response.end(JSON.stringify(issuer.answer));
    });
  });
  const register = new CredentialRegister(false);
  const results: string[] = [];
  const settings: AuthenticateSettings = {
    issuers: [
      toIssuerSettings({
        introspection: {
          endpoint,
          clientId: 'mesh gate',
          clientSecret: 's:cret',
          timeoutMs,
          cacheSeconds: 30,
        },
      }),
    ],
    register,
    rowClaims: ['regions'],
    tokenBytes: 8192,
    now: () => clock.seconds * 1000,
    onKeysUnavailable: () => undefined,
    onIntrospection: (result) => results.push(result),
  };
  const { authenticate } = createAuthenticate(settings);
  const ask = async (token: string) => authenticate(`Bearer ${token}`);
  const verdict = async (token: string) => {
    const outcome = await ask(token);
    return outcome.ok ? outcome.principal.subject : outcome.code;
  };
  return { clock, issuer, register, results, authenticate, ask, verdict };
}

test('asks the issuer about a token that cannot be read, as its client', async () => {
  const { ask, issuer, results } = await createBench({
    ...ACTIVE,
    regions: ['West'],
    roles: ['r'],
  });

  expect(await ask('opaque-1')).toMatchObject({
    ok: true,
    principal: {
      kind: 'user',
      issuer: 'https://id.example',
      subject: 'ana',
      scopes: new Set(['a', 'b']),
      roles: new Set(['r']),
      claims: { regions: ['West'] },
      expiresAt: start + 3600,
    },
  });
  expect(issuer.questions).toEqual([
    {
      method: 'POST',
      authorization: `Basic ${Buffer.from('mesh+gate:s%3Acret').toString('base64')}`,
      body: 'token=opaque-1&token_type_hint=access_token',
    },
  ]);
  expect(results).toEqual(['active']);
});

test('answers at once for a token that is remembered, until the belief ends', async () => {
  const { authenticate, issuer, clock, verdict } = await createBench();
  await verdict('opaque-1');

  clock.seconds += 29;
  expect(authenticate('Bearer opaque-1')).toMatchObject({ ok: true });
  expect(issuer.questions).toHaveLength(1);
  issuer.answer = { active: false };
  clock.seconds += 1;
  expect(await verdict('opaque-1')).toBe('TOKEN_INACTIVE');
});

test('never believes a token longer than its exp', async () => {
  const { issuer, clock, verdict } = await createBench({ ...ACTIVE, exp: start + 10 });
  expect(await verdict('opaque-1')).toBe('ana');

  clock.seconds += 10;
  expect(await verdict('opaque-1')).toBe('TOKEN_EXPIRED');
  expect(issuer.questions).toHaveLength(2);
});

test('remembers a refusal for five seconds', async () => {
  const { issuer, clock, verdict } = await createBench({ active: false });
  for (let n = 0; n < 100; n += 1) expect(await verdict('opaque-1')).toBe('TOKEN_INACTIVE');
  expect(issuer.questions).toHaveLength(1);

  issuer.answer = ACTIVE;
  clock.seconds += 5;
  expect(await verdict('opaque-1')).toBe('ana');
});

test('asks once for many requests with one token', async () => {
  const { issuer, verdict } = await createBench();

  const verdicts = await Promise.all(Array.from({ length: 50 }, () => verdict('opaque-1')));

  expect(new Set(verdicts)).toEqual(new Set(['ana']));
  expect(issuer.questions).toHaveLength(1);
});

test('asks no more than 64 questions at a time', async () => {
  const { issuer, verdict } = await createBench();

  const verdicts = await Promise.all(Array.from({ length: 100 }, (_, n) => verdict(`opaque-${n}`)));

  expect(verdicts.filter((one) => one === 'ISSUER_UNREACHABLE')).toHaveLength(36);
  expect(issuer.questions).toHaveLength(64);
});

test.each([
  [{}, 'TOKEN_INACTIVE'],
  [{ active: 'true' }, 'TOKEN_INACTIVE'],
  [{ active: 1 }, 'TOKEN_INACTIVE'],
  [{ ...ACTIVE, token_type: 'refresh_token' }, 'TOKEN_INACTIVE'],
  [{ ...ACTIVE, iss: 'https://other.example' }, 'TOKEN_ISSUER_UNKNOWN'],
  [{ ...ACTIVE, aud: 'other' }, 'TOKEN_AUDIENCE_MISMATCH'],
  [{ ...ACTIVE, exp: start }, 'TOKEN_EXPIRED'],
  [{ ...ACTIVE, exp: '1900000000' }, 'TOKEN_CLAIM_INVALID'],
  [{ ...ACTIVE, nbf: start + 60 }, 'TOKEN_NOT_YET_VALID'],
  [{ ...ACTIVE, sub: undefined }, 'TOKEN_CLAIM_INVALID'],
  [{ ...ACTIVE, scope: 7 }, 'TOKEN_CLAIM_INVALID'],
  [{ ...ACTIVE, aud: ['x', 'mesh'], iss: 'https://id.example', token_type: 'BEARER' }, 'ana'],
  [{ active: true, client_id: 'job' }, 'job'],
])('reads the answer %j as %s', async (answer, verdict) => {
  expect(await (await createBench(answer)).verdict('opaque-1')).toBe(verdict);
});

test('takes a client without a subject for a machine', async () => {
  const { ask } = await createBench({ active: true, client_id: 'job' });

  expect(await ask('opaque-1')).toMatchObject({
    principal: { kind: 'machine', subject: 'job', expiresAt: start + 30 },
  });
});

const FAILURES: [string, RequestListener][] = [
  ['never answers', () => {}],
  ['answers garbage', (_, response) => response.end('<html>')],
  ['answers a list', (_, response) => response.end('[{"active":true}]')],
  ['answers twice', (_, response) => response.end('{"active":false,"active":true}')],
  ['is denied', (_, response) => response.writeHead(401).end('{"active":true}')],
  ['sends elsewhere', (_, response) => response.writeHead(307, { location: '/x' }).end()],
  ['answers too much', (_, response) => response.end(`{"x":"${'x'.repeat(70_000)}"}`)],
  ['hangs up', (_, response) => response.destroy()],
];

test.each(FAILURES)('lets nobody in when the issuer %s, and asks again', async (_, listener) => {
  const { issuer, verdict, results } = await createBench(listener, 1000);

  expect(await verdict('opaque-1')).toBe('ISSUER_UNREACHABLE');
  expect(results).toEqual(['failed']);
  issuer.answer = ACTIVE;
  expect(await verdict('opaque-1')).toBe('ana');
});

test('a revocation ends what is believed', async () => {
  const { register, verdict, issuer } = await createBench({ ...ACTIVE, jti: 'token-1' });
  expect(await verdict('opaque-1')).toBe('ana');

  register.replace([], [{ kind: 'jti', value: 'token-1', issuer: null, issuedBefore: start }]);

  expect(await verdict('opaque-1')).toBe('TOKEN_REVOKED');
  expect(issuer.questions).toHaveLength(1);
});

test('a signed token is never sent to the issuer that can be asked, unless it is its own', async () => {
  const signer = await createTokenIssuer('https://id.example');
  const { issuer, verdict } = await createBench();
  const claims = { iss: signer.issuer, aud: 'mesh', sub: 'ben', exp: start + 60 };

  expect(await verdict(await signer.sign({ ...claims, iss: 'https://evil.example' }))).toBe(
    'TOKEN_ISSUER_UNKNOWN',
  );
  expect(issuer.questions).toEqual([]);
  expect(await verdict(await signer.sign(claims))).toBe('ana');
  expect(issuer.questions).toHaveLength(1);
});

test.each(['', 'a b', 'a\u00e4', '"a"', 'a=b'])(
  'asks nothing about %j, which is no token',
  async (token) => {
    const { issuer, verdict } = await createBench();

    expect(await verdict(token)).toBe('TOKEN_MALFORMED');
    expect(issuer.questions).toEqual([]);
  },
);
