import { expect, test } from 'vitest';
import type { ReadinessReport } from '../../../../gateway/http/edge-types.ts';
import { readError, sendRequest } from '../../../support/send-request.ts';
import { startEdge } from '../../../support/start-edge.ts';

test('a running process is live', async () => {
  const edge = await startEdge();

  const response = await sendRequest(edge.url, { path: '/health/live' });
  const head = await sendRequest(edge.url, { method: 'HEAD', path: '/health/live' });

  expect([response.status, response.body]).toEqual([200, '{"status":"live"}']);
  expect([head.status, head.body, head.headers['content-length']]).toEqual([200, '', '17']);
});

test.each<[number, string, boolean]>([
  [200, 'ready', true],
  [503, 'not ready', false],
])(
  'readiness is %d and names the products when the report says %s',
  async (status, word, ready) => {
    const report: ReadinessReport = {
      ready,
      supergraph: 'v7',
      products: [
        { name: 'orders', state: 'up' },
        { name: 'forecast', state: 'down', detail: 'refused the connection' },
      ],
    };
    const edge = await startEdge({}, { ready: async () => report });

    const response = await sendRequest(edge.url, { path: '/health/ready' });

    expect(response.status).toBe(status);
    expect(JSON.parse(response.body)).toEqual({
      status: word,
      supergraph: 'v7',
      products: report.products,
    });
  },
);

test('a readiness report that fails is an error of ours, not a crash', async () => {
  const edge = await startEdge({}, { ready: () => Promise.reject(new Error('boom')) });

  const response = await sendRequest(edge.url, { path: '/health/ready' });

  expect([response.status, readError(response).code]).toEqual([500, 'INTERNAL_ERROR']);
});

test('metrics are passed on as they are', async () => {
  const metrics = { contentType: 'text/plain; version=0.0.4; charset=utf-8', body: 'up 1\n' };
  const edge = await startEdge({}, { metrics: async () => metrics });

  const response = await sendRequest(edge.url, { path: '/metrics' });

  expect([response.status, response.headers['content-type'], response.body]).toEqual([
    200,
    metrics.contentType,
    metrics.body,
  ]);
});

test('the public keys may be cached for a short while', async () => {
  const jwks = { keys: [{ kty: 'OKP', kid: 'k1' }] };
  const edge = await startEdge({}, { jwks: () => jwks });

  const response = await sendRequest(edge.url, { path: '/.well-known/jwks.json' });

  expect(JSON.parse(response.body)).toEqual(jwks);
  expect(response.headers['cache-control']).toBe('public, max-age=300');
});
