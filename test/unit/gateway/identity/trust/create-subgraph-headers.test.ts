import { expect, test } from 'vitest';
import { ANONYMOUS } from '../../../../../gateway/identity/principal.ts';
import {
  createOwnHeaders,
  createSubgraphHeaders,
} from '../../../../../gateway/identity/trust/create-subgraph-headers.ts';
import type { SubgraphTokens } from '../../../../../gateway/identity/trust/create-subgraph-tokens.ts';

const tokens: SubgraphTokens = {
  publicJwks: { keys: [] },
  tokenFor: (principal, subgraph) => `${principal.fingerprint}-at-${subgraph}`,
};
const sent: Readonly<Record<string, string>> = {
  authorization: "Bearer the-caller's-own",
  cookie: 'session=1',
  'x-tenant': 'acme',
};
const incoming = { requestId: 'r1', header: (name: string) => sent[name] };

test("sends the gateway's token and the request id, and nothing of the client's request", () => {
  const headersFor = createSubgraphHeaders(tokens, []);

  expect(headersFor('orders', ANONYMOUS, incoming)).toEqual({
    authorization: 'Bearer anonymous-at-orders',
    'x-request-id': 'r1',
  });
});

test('passes the headers it is configured to, where the client sends them', () => {
  const headersFor = createSubgraphHeaders(null, ['x-tenant', 'x-absent']);

  expect(headersFor('orders', ANONYMOUS, incoming)).toEqual({
    'x-request-id': 'r1',
    'x-tenant': 'acme',
  });
});

test("never lets the caller's own token replace the gateway's", () => {
  const headersFor = createSubgraphHeaders(tokens, ['authorization']);

  expect(headersFor('orders', ANONYMOUS, incoming).authorization).toBe(
    'Bearer anonymous-at-orders',
  );
});

test('calls on its own behalf as nobody', () => {
  const ownHeaders = createOwnHeaders(createSubgraphHeaders(tokens, ['x-tenant']));

  expect(ownHeaders('orders')).toEqual({
    authorization: 'Bearer anonymous-at-orders',
    'x-request-id': 'readiness',
  });
});
