import { expect, test } from 'vitest';

import type { FixtureSubgraph } from '../../support/federation-fixture.ts';
import { readError, sendRequest } from '../../support/send-request.ts';
import { serveFederation } from '../../support/serve-federation.ts';

const DESK: FixtureSubgraph = {
  name: 'desk',
  sdl: 'type Query { secret: String @authenticated } type Mutation { write: String @authenticated }',
  resolvers: { Query: { secret: () => 'secret' }, Mutation: { write: () => 'written' } },
};

async function createGateway() {
  const gateway = await serveFederation([DESK], { TOKEN_COOKIE: '__Host-token' });
  const cookie = `__Host-token=${await gateway.token()}`;
  const post = (query: string, headers: Readonly<Record<string, string>>) =>
    sendRequest(gateway.url, {
      method: 'POST',
      path: '/graphql',
      headers: { 'content-type': 'application/json', ...headers },
      body: JSON.stringify({ query }),
    });
  return { gateway, cookie, post };
}

test.each([
  [{ 'sec-fetch-site': 'same-origin' }],
  [{ 'sec-fetch-site': 'none' }],
  [{ 'x-meshgate-csrf': '1' }],
])(
  'a cookie is a token where the request proves with %j that no foreign page sent it',
  async (proof) => {
    const { cookie, post } = await createGateway();

    const { status, body } = await post('mutation { write }', { cookie, ...proof });

    expect({ status, body }).toEqual({ status: 200, body: '{"data":{"write":"written"}}' });
  },
);

test.each([
  [{}],
  [{ 'sec-fetch-site': 'cross-site' }],
  [{ 'sec-fetch-site': 'same-site' }],
  [{ origin: 'https://evil.example' }],
  [{ origin: 'null' }],
])('a cookie with %j changes nothing', async (headers) => {
  const { gateway, cookie, post } = await createGateway();

  const response = await post('mutation { write }', { cookie, ...headers });

  expect({ status: response.status, code: readError(response).code }).toEqual({
    status: 403,
    code: 'CROSS_SITE_REQUEST_REFUSED',
  });
  expect(gateway.received).toEqual([]);
});

test('a token in the header needs no proof, as no browser sends it by itself', async () => {
  const { gateway, post } = await createGateway();

  const { body } = await post('{ secret }', { authorization: `Bearer ${await gateway.token()}` });

  expect(body).toBe('{"data":{"secret":"secret"}}');
});

test('a query by GET may come with a cookie, a mutation may not', async () => {
  const { gateway, cookie } = await createGateway();
  const get = (query: string) =>
    sendRequest(gateway.url, {
      path: `/graphql?query=${encodeURIComponent(query)}`,
      headers: { cookie, accept: 'application/json' },
    });

  expect((await get('{ secret }')).body).toBe('{"data":{"secret":"secret"}}');
  expect((await get('mutation { write }')).status).toBe(405);
});

test('a cookie that comes twice is refused', async () => {
  const { cookie, post } = await createGateway();

  const response = await post('{ secret }', {
    cookie: `${cookie}; ${cookie}`,
    'x-meshgate-csrf': '1',
  });

  expect(readError(response).code).toBe('TOKEN_MALFORMED');
});
