import { createLocalJWKSet, generateKeyPair, SignJWT, UnsecuredJWT } from 'jose';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createVerifyCaller } from '../../../../../shared/kit/trust/verify-caller.ts';
import { createGatewayKey, type TokenFacts } from '../../../../support/gateway-keys.ts';
import { type RunningNotes, startNotes } from '../../../../support/start-notes.ts';

let notes: RunningNotes;

beforeAll(async () => {
  notes = await startNotes();
});
afterAll(() => notes.close());

const now = Math.floor(Date.now() / 1000);
const payload = { iss: 'meshgate', aud: 'notes', sub: 'eve', iat: now, exp: now + 60 };

const ANA_AT_HOME = { format: 'iss_sub', iss: 'https://id.example', sub: 'ana' };

const UNVERIFIED = {
  errors: [
    {
      message: 'A data product answers the gateway only; ask the gateway instead.',
      extensions: { code: 'CALLER_UNVERIFIED' },
    },
  ],
};

const forgeries: Record<string, () => Promise<string | null>> = {
  'no token': async () => null,
  'no token but a basic password': async () => 'Basic YW5hOnNlY3JldA==',
  'something that is no token': async () => 'Bearer x.y.z',
  'a token for another product': async () =>
    `Bearer ${await notes.key.sign({ audience: 'orders' })}`,
  'a token of another issuer': async () => `Bearer ${await notes.key.sign({ issuer: 'evil' })}`,
  'an expired token': async () => `Bearer ${await notes.key.sign({ ttlSeconds: -30 })}`,
  'a token signed by another key under the known key id': async () =>
    `Bearer ${await (await createGatewayKey('test-key')).sign()}`,
  'a token signed by an unknown key': async () =>
    `Bearer ${await (await createGatewayKey('other-key')).sign()}`,
  'an unsigned token': async () => `Bearer ${new UnsecuredJWT(payload).encode()}`,
  'a token signed with the public key as an HMAC secret': async () => {
    const secret = new TextEncoder().encode(String(notes.key.publicKey.x));
    const token = new SignJWT(payload).setProtectedHeader({ alg: 'HS256', kid: 'test-key' });
    return `Bearer ${await token.sign(secret)}`;
  },
  'a token signed with another algorithm': async () => {
    const { privateKey } = await generateKeyPair('ES256');
    const token = new SignJWT(payload).setProtectedHeader({ alg: 'ES256', kid: 'test-key' });
    return `Bearer ${await token.sign(privateKey)}`;
  },
  'a grant that is no list': async () => `Bearer ${await notes.key.sign({ granted: '*' })}`,
  'a grant of something without a name': async () =>
    `Bearer ${await notes.key.sign({ granted: [{}] })}`,
  'the issuer of another subject': async () =>
    `Bearer ${await notes.key.sign({ subject: 'eve', subjectId: { ...ANA_AT_HOME, sub: 'ana' } })}`,
  'the issuer of nobody': async () => `Bearer ${await notes.key.sign({ subjectId: ANA_AT_HOME })}`,
  'an issuer without a name': async () =>
    `Bearer ${await notes.key.sign({ subject: 'ana', subjectId: { ...ANA_AT_HOME, iss: '' } })}`,
  'a subject identifier of another format': async () =>
    `Bearer ${await notes.key.sign({ subject: 'ana', subjectId: { ...ANA_AT_HOME, format: 'email' } })}`,
  'claims that are no object': async () => `Bearer ${await notes.key.sign({ claims: ['West'] })}`,
};

test.each(Object.entries(forgeries))('%s is refused with 401', async (_name, forge) => {
  const authorization = await forge();
  const response = await fetch(notes.product.url, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      ...(authorization === null ? {} : { authorization }),
    },
    body: JSON.stringify({ query: '{ authors { name } }' }),
  });

  expect(response.status).toBe(401);
  expect(await response.json()).toEqual(UNVERIFIED);
});

test('a stranger learns nothing by introspection either', async () => {
  const response = await fetch(notes.product.url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ query: '{ _service { sdl } }' }),
  });

  expect(await response.json()).toEqual(UNVERIFIED);
});

test("the gateway's token is accepted, also a second time", async () => {
  const headers = { authorization: `Bearer ${await notes.key.sign({ subject: 'ana' })}` };

  const first = await notes.ask({ query: '{ __typename }', headers });
  const second = await notes.ask({ query: '{ __typename }', headers });

  expect([first.body, second.body]).toEqual([
    { data: { __typename: 'Query' } },
    { data: { __typename: 'Query' } },
  ]);
});

test('the caller is known by issuer and subject', async () => {
  const key = await createGatewayKey('test-key');
  const verifyCaller = createVerifyCaller({
    keys: createLocalJWKSet({ keys: [key.publicKey] }),
    issuer: 'meshgate',
    audience: 'notes',
  });
  const verify = async (facts: TokenFacts) => verifyCaller(`Bearer ${await key.sign(facts)}`);

  const known = { ok: true, caller: { subject: 'ana', scopes: new Set(), claims: {} } };
  expect(await verify({ subject: 'ana', subjectId: ANA_AT_HOME })).toEqual({
    ...known,
    caller: { ...known.caller, issuer: 'https://id.example' },
  });
  expect(await verify({ subject: 'ana' })).toEqual(known);
});
