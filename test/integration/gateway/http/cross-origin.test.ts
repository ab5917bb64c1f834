import { expect, test } from 'vitest';
import { postGraphql, readError, sendRequest } from '../../../support/send-request.ts';
import { startEdge } from '../../../support/start-edge.ts';

const app = 'https://app.example';
const evil = 'https://evil.example';

test('a query that a foreign page makes a browser send is refused', async () => {
  const edge = await startEdge();
  const path = `/graphql?query=${encodeURIComponent('{ hello }')}`;

  const byGet = await sendRequest(edge.url, { path, headers: { 'sec-fetch-site': 'cross-site' } });
  const byPost = await postGraphql(edge.url, { query: '{ hello }' }, { origin: evil });
  const proved = await sendRequest(edge.url, {
    path,
    headers: { 'sec-fetch-site': 'cross-site', 'x-meshgate-csrf': '1' },
  });

  expect([byGet.status, readError(byGet).code]).toEqual([403, 'CROSS_SITE_REQUEST_REFUSED']);
  expect([byPost.status, readError(byPost).code]).toEqual([403, 'CROSS_SITE_REQUEST_REFUSED']);
  expect(byPost.headers['access-control-allow-origin']).toBeUndefined();
  expect(proved.status).toBe(200);
});

test('a page of an approved origin reads answers and errors', async () => {
  const edge = await startEdge({ corsOrigins: [app] });
  const headers = { origin: app, 'sec-fetch-site': 'cross-site' };

  const answer = await postGraphql(edge.url, { query: '{ hello }' }, headers);
  const refusal = await postGraphql(edge.url, {}, headers);

  for (const response of [answer, refusal]) {
    expect(response.headers).toMatchObject({
      'access-control-allow-origin': app,
      'access-control-expose-headers': 'x-request-id, retry-after, etag, age, cache-status',
      vary: 'accept, authorization, origin',
    });
    expect(response.headers['access-control-allow-credentials']).toBeUndefined();
  }
  expect([answer.status, refusal.status]).toEqual([200, 400]);
});

test('a preflight of an approved origin is answered without asking anybody', async () => {
  const edge = await startEdge({ corsOrigins: [app] });

  const response = await sendRequest(edge.url, {
    method: 'OPTIONS',
    path: '/graphql',
    headers: {
      origin: app,
      'access-control-request-method': 'POST',
      'access-control-request-headers': 'authorization,content-type',
    },
  });

  expect(response.status).toBe(204);
  expect(response.headers).toMatchObject({
    'access-control-allow-origin': app,
    'access-control-allow-methods': 'GET, POST',
    'access-control-allow-headers': 'authorization,content-type',
    'access-control-max-age': '600',
    vary: 'origin, access-control-request-headers',
  });
});

test('a preflight of any other origin is refused', async () => {
  const edge = await startEdge({ corsOrigins: [app] });

  const response = await sendRequest(edge.url, {
    method: 'OPTIONS',
    path: '/graphql',
    headers: { origin: evil, 'access-control-request-method': 'POST' },
  });

  expect([response.status, readError(response).code]).toEqual([403, 'CROSS_SITE_REQUEST_REFUSED']);
  expect(response.headers['access-control-allow-origin']).toBeUndefined();
});

test('OPTIONS without an origin lists the methods', async () => {
  const edge = await startEdge();

  const response = await sendRequest(edge.url, { method: 'OPTIONS', path: '/graphql' });

  expect([response.status, response.headers.allow]).toEqual([204, 'GET, POST, OPTIONS']);
  expect(response.headers['access-control-allow-origin']).toBeUndefined();
});
