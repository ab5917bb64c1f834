import { expect, test } from 'vitest';
import type { FixtureSubgraph } from '../../support/federation-fixture.ts';
import { type AnswerBody, serveFederation } from '../../support/serve-federation.ts';
import { createTokenIssuer } from '../../support/token-issuer.ts';

const books: FixtureSubgraph = {
  name: 'books',
  sdl: `
    type Query { book: Book shelf: Shelf }
    type Shelf { inner: Shelf label: String }
    type Book @key(fields: "id") { id: ID! title: String secret: String @requiresScopes(scopes: [["books:secret"]]) }
  `,
  resolvers: {
    Query: { book: () => ({ id: '1', title: 'Emma', secret: 'hidden' }), shelf: () => null },
    Book: { __resolveReference: () => ({ id: '1', title: 'Emma' }) },
  },
};

const stock: FixtureSubgraph = {
  name: 'stock',
  sdl: `
    type Query { total: Int }
    type Book @key(fields: "id") { id: ID! copies: Int }
  `,
  resolvers: {
    Query: { total: () => 3 },
    Book: { __resolveReference: (book: unknown) => book, copies: () => 3 },
  },
};

const subgraphs = [books, stock];
const JOIN = { query: '{ book { title copies } }' };

const codeOf = (body: AnswerBody) => body.errors?.map(({ extensions }) => extensions.code);

/** After every attack the process still answers the honest question. */
const livesOn = async (gateway: Awaited<ReturnType<typeof serveFederation>>) => {
  const { body } = await gateway.post({ query: '{ book { title } }' });
  expect(body).toEqual({ data: { book: { title: 'Emma' } } });
};

test.each([
  ['a malformed body', '{"query": ', {}, 400, 'REQUEST_MALFORMED'],
  ['a body that is no object', '[]', {}, 400, 'REQUEST_MALFORMED'],
  ['a body without a query', '{}', {}, 400, 'REQUEST_MALFORMED'],
  [
    'a wrong content type',
    '{ book }',
    { 'content-type': 'text/plain' },
    415,
    'MEDIA_TYPE_UNSUPPORTED',
  ],
  ['an answer type nobody has', JOIN, { accept: 'text/html' }, 406, 'MEDIA_TYPE_NOT_ACCEPTABLE'],
  ['a syntax error', { query: '{ book {' }, {}, 400, 'GRAPHQL_PARSE_FAILED'],
  ['an unknown field', { query: '{ book { pages } }' }, {}, 400, 'GRAPHQL_VALIDATION_FAILED'],
  [
    'a document 100 levels deep',
    { query: `{ shelf { ${'inner { '.repeat(100)} label ${'} '.repeat(100)} } }` },
    {},
    400,
    'DOCUMENT_DEPTH_EXCEEDED',
  ],
  ['a body that is too large', { query: 'x'.repeat(2_000_000) }, {}, 413, 'REQUEST_TOO_LARGE'],
] as const)(
  '%s gets its status, a code and a sentence',
  async (_what, body, headers, status, code) => {
    const gateway = await serveFederation(subgraphs);

    const answer = await gateway.post(body, headers);

    expect(answer.status).toBe(status);
    expect(codeOf(answer.body)).toEqual([code]);
    expect(answer.body.errors?.[0]?.message).toMatch(/\w+ \w+/);
    await livesOn(gateway);
  },
);

test('an expired token gets 401 and a sentence that says what to do', async () => {
  const gateway = await serveFederation(subgraphs);
  const token = await gateway.token({ iat: 1_000_000_000, exp: 1_000_000_600 });

  const answer = await gateway.post(JOIN, { authorization: `Bearer ${token}` });

  expect(answer.status).toBe(401);
  expect(answer.headers.get('www-authenticate')).toContain('Bearer');
  expect(answer.body.errors).toEqual([
    {
      message: 'The access token has expired; get a new one.',
      extensions: { code: 'TOKEN_EXPIRED' },
    },
  ]);
  await livesOn(gateway);
});

test('a token of another issuer gets 401, whatever it says', async () => {
  const gateway = await serveFederation(subgraphs);
  const stranger = await createTokenIssuer('https://stranger.example');
  const now = Math.floor(Date.now() / 1000);
  const claims = { iss: stranger.issuer, aud: 'meshgate', sub: 'eve', iat: now, exp: now + 60 };

  const unknown = await gateway.post(JOIN, {
    authorization: `Bearer ${await stranger.sign(claims)}`,
  });
  const posing = await stranger.sign(
    { ...claims, iss: gateway.issuer.issuer },
    { kid: gateway.issuer.kid },
  );
  const forged = await gateway.post(JOIN, { authorization: `Bearer ${posing}` });

  expect([unknown.status, codeOf(unknown.body)]).toEqual([401, ['TOKEN_ISSUER_UNKNOWN']]);
  expect([forged.status, codeOf(forged.body)]).toEqual([401, ['TOKEN_SIGNATURE_INVALID']]);
  expect(gateway.received).toEqual([]);
});

test.each([
  [
    'is down',
    'SUBGRAPH_UNREACHABLE',
    (gateway: Gateway) => gateway.replace('stock', (request) => void request.socket.destroy()),
  ],
  ['is slow', 'SUBGRAPH_TIMEOUT', (gateway: Gateway) => gateway.replace('stock', () => {})],
  [
    'answers garbage',
    'SUBGRAPH_RESPONSE_INVALID',
    (gateway: Gateway) =>
      gateway.replace('stock', (_request, response) => void response.end('<html>Oops</html>')),
  ],
  [
    'answers JSON that is no answer',
    'SUBGRAPH_RESPONSE_INVALID',
    (gateway: Gateway) =>
      gateway.replace('stock', (_request, response) => void response.end('{"data":7}')),
  ],
  [
    'answers too few entities',
    'SUBGRAPH_RESPONSE_INVALID',
    (gateway: Gateway) =>
      gateway.replace(
        'stock',
        (_request, response) => void response.end('{"data":{"_entities":[]}}'),
      ),
  ],
  [
    'answers without end',
    'SUBGRAPH_RESPONSE_TOO_LARGE',
    (gateway: Gateway) =>
      gateway.replace('stock', (_request, response) => {
        const chunk = Buffer.alloc(4096, 'x');
        const more = () => {
          while (!response.destroyed && response.write(chunk));
        };
        response.on('drain', more);
        more();
      }),
  ],
  [
    'is overloaded',
    'SUBGRAPH_UNREACHABLE',
    (gateway: Gateway) =>
      gateway.replace('stock', (_request, response) => void response.writeHead(503).end()),
  ],
  [
    'refuses the gateway',
    'SUBGRAPH_REFUSED',
    (gateway: Gateway) =>
      gateway.replace('stock', (_request, response) => void response.writeHead(401).end()),
  ],
] as const)(
  'a product that %s leaves the rest of the answer and is named',
  async (_what, code, spoil) => {
    const gateway = await serveFederation(subgraphs, {
      SUBGRAPH_TIMEOUT_MS: '300',
      SUBGRAPH_RESPONSE_BYTES: '65536',
    });
    spoil(gateway);

    const answer = await gateway.post(JOIN);

    expect(answer.status).toBe(200);
    expect(answer.body.data).toEqual({ book: { title: 'Emma', copies: null } });
    expect(answer.body.errors).toEqual([
      {
        message: expect.stringContaining('"stock"'),
        path: ['book'],
        extensions: { code, product: 'stock' },
      },
    ]);
    await livesOn(gateway);
  },
);

type Gateway = Awaited<ReturnType<typeof serveFederation>>;

test('a protected field is null with an error, and its product is not asked for it', async () => {
  const gateway = await serveFederation(subgraphs);
  const query = { query: '{ book { title secret } }' };

  const anonymous = await gateway.post(query);
  const token = await gateway.token({ scope: 'books:secret' });
  const allowed = await gateway.post(query, { authorization: `Bearer ${token}` });

  expect(anonymous.body).toEqual({
    errors: [
      {
        message: 'Unauthorized field or type',
        path: ['book', 'secret'],
        extensions: { code: 'UNAUTHORIZED_FIELD_OR_TYPE' },
      },
    ],
    data: { book: { title: 'Emma', secret: null } },
  });
  expect(allowed.body).toEqual({ data: { book: { title: 'Emma', secret: 'hidden' } } });
  expect(gateway.received.map(({ query: sent }) => sent)).toEqual([
    '{book{title}}',
    '{book{title secret}}',
  ]);
});

test('where callers must be known, a request without a token is refused as a whole', async () => {
  const gateway = await serveFederation(subgraphs, { REQUIRE_AUTHENTICATION: 'true' });

  const anonymous = await gateway.post(JOIN);
  const known = await gateway.post(JOIN, { authorization: `Bearer ${await gateway.token()}` });

  expect([anonymous.status, codeOf(anonymous.body)]).toEqual([401, ['AUTHENTICATION_REQUIRED']]);
  expect(anonymous.headers.get('www-authenticate')).toBe('Bearer');
  expect(known.body.data).toEqual({ book: { title: 'Emma', copies: 3 } });
});

test('in reject mode nothing runs, and the answer lists every path', async () => {
  const gateway = await serveFederation(subgraphs, { AUTHORIZATION_MODE: 'reject' });

  const answer = await gateway.post({ query: '{ book { title secret } }' });

  expect(answer.status).toBe(403);
  expect(codeOf(answer.body)).toEqual(['OPERATION_UNAUTHORIZED', 'UNAUTHORIZED_FIELD_OR_TYPE']);
  expect(gateway.received).toEqual([]);
});

test("nothing of a client's request reaches a product but what is configured", async () => {
  const gateway = await serveFederation(subgraphs, { FORWARD_HEADERS: 'x-tenant' });
  const token = await gateway.token();

  await gateway.post(JOIN, {
    authorization: `Bearer ${token}`,
    cookie: 'a=b',
    'x-tenant': 'acme',
    'x-request-id': 'r-1',
  });

  for (const { headers } of gateway.received) {
    expect(headers).toMatchObject({ 'x-tenant': 'acme', 'x-request-id': 'r-1' });
    expect(headers.authorization).toBeUndefined();
    expect(headers.cookie).toBeUndefined();
  }
});

test('a client that goes away takes its calls with it', async () => {
  const gateway = await serveFederation(subgraphs);
  const closed = new Promise<void>((resolve) => {
    gateway.replace('stock', (request) => {
      request.socket.once('close', resolve);
      leave.abort();
    });
  });
  const leave = new AbortController();

  await expect(
    fetch(`${gateway.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(JOIN),
      signal: leave.signal,
    }),
  ).rejects.toThrow();

  await closed;
});
