/**
 * Endpoints of keys that are stopped, slow or hostile, and callers who make the gateway ask them.
 */
import type { RequestListener } from 'node:http';

import { expect, onTestFinished, test, vi } from 'vitest';

import { createTokenIssuer, encodePart, serveHttp } from '../../support/token-issuer.ts';
import { createAttackedGateway } from './attacked-gateway.ts';

const other = await createTokenIssuer('https://other.example', 'ES256', 'other-1');

/** From then on, a key that is not known makes the gateway load keys again. */
const LOADS_APART_MS = 30_000;

/** A second issuer whose endpoint behaves as told, beside the one whose keys are in a file. */
async function createGatewayWith(listener: RequestListener) {
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() });
  onTestFinished(() => void vi.useRealTimers());
  const endpoint = { listener, requests: 0 };
  const url = await serveHttp((request, response) => {
    endpoint.requests += 1;
    endpoint.listener(request, response);
  });
  const settings = {
    issuer: other.issuer,
    audiences: ['meshgate'],
    jwks: url,
    algorithms: ['ES256'],
  };
  const gateway = await createAttackedGateway({ ISSUERS: JSON.stringify([settings]) });
  const now = Math.floor(Date.now() / 1000);
  const token = (changes: object = {}, header: object = {}) =>
    other.sign(
      { iss: other.issuer, aud: 'meshgate', sub: 'ben', exp: now + 300, ...changes },
      header,
    );
  const codeOf = async (made: string) => {
    const { body } = await gateway.send(`Bearer ${made}`);
    return body.errors?.find(({ extensions }) => extensions.code !== 'UNAUTHORIZED_FIELD_OR_TYPE')
      ?.extensions.code;
  };
  return { gateway, endpoint, token, codeOf };
}

const answerKeys: RequestListener = (_, response) =>
  response.end(JSON.stringify({ keys: [other.publicJwk] }));

const HOSTILE: [string, RequestListener][] = [
  ['answers garbage', (_, response) => response.end('<html>')],
  ['answers no keys', (_, response) => response.end('{"keys":[]}')],
  ['answers a secret', (_, response) => response.end('{"keys":[{"kty":"oct","k":"AAAA"}]}')],
  ['answers null', (_, response) => response.end('null')],
  ['sends elsewhere', (_, response) => response.writeHead(302, { location: '/keys' }).end()],
  ['fails', (_, response) => response.writeHead(500).end()],
  ['hangs up', (_, response) => response.destroy()],
  [
    'never stops answering',
    (_, response) => {
      const pour = () => {
        while (response.write('x'.repeat(65_536)));
      };
      response.on('drain', pour).on('error', () => undefined);
      pour();
    },
  ],
];

test.each(HOSTILE)('an endpoint that %s lets nobody in, and is counted', async (_, listener) => {
  const { gateway, token, codeOf } = await createGatewayWith(listener);

  expect(await codeOf(await token())).toBe('ISSUER_UNREACHABLE');
  expect(await codeOf(await token({ n: 1 }))).toBe('ISSUER_UNREACHABLE');

  const metrics = await (await fetch(`${gateway.url}/metrics`)).text();
  expect(metrics).toMatch(
    /gateway_issuer_key_failures_total\{issuer="https:\/\/other\.example"\} \d/,
  );
  expect(await gateway.countRefusals()).toEqual({ ISSUER_UNREACHABLE: 2 });
});

test.each(HOSTILE)(
  'keys that were loaded stay in use when their endpoint %s',
  async (_, listener) => {
    const { endpoint, token, codeOf } = await createGatewayWith(answerKeys);
    expect(await codeOf(await token())).toBeUndefined();

    const asked = endpoint.requests;
    endpoint.listener = listener;
    vi.setSystemTime(Date.now() + LOADS_APART_MS);

    expect(await codeOf(await token({}, { kid: 'unknown' }))).toBe('TOKEN_SIGNATURE_INVALID');
    expect(await codeOf(await token({ sub: 'cem' }))).toBeUndefined();
    expect(endpoint.requests).toBeGreaterThan(asked);
  },
);

test('thousands of unknown keys make the gateway ask once', async () => {
  const { gateway, endpoint, token, codeOf } = await createGatewayWith(answerKeys);
  expect(await codeOf(await token())).toBeUndefined();
  const asked = endpoint.requests;
  vi.setSystemTime(Date.now() + LOADS_APART_MS);
  const payload = encodePart({ iss: other.issuer });
  const attack = async (n: number) => {
    const forged = `${encodePart({ alg: 'ES256', kid: `k${n}` })}.${payload}.AAAA`;
    expect(await codeOf(forged)).toBe('TOKEN_SIGNATURE_INVALID');
  };

  for (let wave = 0; wave < 20; wave += 1) {
    await Promise.all(Array.from({ length: 100 }, (_, n) => attack(wave * 100 + n)));
  }

  expect(endpoint.requests - asked).toBe(1);
  expect(await gateway.countRefusals()).toEqual({ TOKEN_SIGNATURE_INVALID: 2000 });
  expect(await codeOf(await token({ sub: 'cem' }))).toBeUndefined();
});
