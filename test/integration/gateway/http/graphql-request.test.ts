import { expect, test } from 'vitest';
import type { AnswerGraphql, EdgeRequest } from '../../../../gateway/http/edge-types.ts';
import { MeshgateError } from '../../../../shared/errors/meshgate-error.ts';
import { postGraphql, readError, sendRequest } from '../../../support/send-request.ts';
import { startEdge } from '../../../support/start-edge.ts';

const JSON_BODY = { 'content-type': 'application/json' };

test('a request reaches the answerer with its parameters, headers and id', async () => {
  const seen: EdgeRequest[] = [];
  const edge = await startEdge(
    {},
    {
      answerGraphql(request) {
        seen.push(request);
        return { status: 200, jsonStatus: 200, body: '{"data":null}' };
      },
    },
  );
  const parameters = { query: '{ hello }', operationName: 'A', variables: { a: 1 } };

  await postGraphql(edge.url, parameters, {
    authorization: 'Bearer abc',
    'x-request-id': 'given-1',
    'x-other': 'yes',
  });

  expect(seen[0]).toMatchObject({
    parameters: { ...parameters, extensions: null },
    method: 'POST',
    authorization: 'Bearer abc',
    requestId: 'given-1',
    client: { gone: false, onGone: null },
  });
  expect(seen[0]?.header('x-other')).toBe('yes');
  expect(seen[0]?.header('x-none')).toBeUndefined();
});

test('a query by GET is answered', async () => {
  const edge = await startEdge();
  const search = new URLSearchParams({
    query: 'query Hello($name: String) { hello(name: $name) }',
    variables: '{"name":"Run🏃"}',
    operationName: 'Hello',
  });

  const response = await sendRequest(edge.url, { path: `/graphql?${search}` });

  expect([response.status, response.body]).toEqual([200, '{"data":{"hello":"Hello Run🏃"}}']);
});

test('a mutation by GET keeps the status and the allow header of the answerer', async () => {
  const edge = await startEdge();

  const response = await sendRequest(edge.url, {
    path: `/graphql?query=${encodeURIComponent('mutation { count }')}`,
  });

  expect([response.status, response.headers.allow]).toEqual([405, 'POST']);
});

test('the status says how the request went, except to clients that know only application/json', async () => {
  const edge = await startEdge();
  const broken = { query: '{ unknown }' };

  const modern = await postGraphql(edge.url, broken, {
    accept: 'application/graphql-response+json',
  });
  const legacy = await postGraphql(edge.url, broken, { accept: 'application/json' });

  expect([modern.status, modern.headers['content-type']]).toEqual([
    400,
    'application/graphql-response+json; charset=utf-8',
  ]);
  expect([legacy.status, legacy.headers['content-type']]).toEqual([
    200,
    'application/json; charset=utf-8',
  ]);
  expect(modern.headers.vary).toBe('accept, authorization');
});

test('a browser that opens the bare endpoint is led to the playground, where there is one', async () => {
  const visit = {
    path: '/graphql',
    headers: { accept: 'text/html,application/xhtml+xml,*/*;q=0.8' },
  };
  const inviting = await startEdge({ playground: true });
  const plain = await startEdge();

  const led = await sendRequest(inviting.url, visit);
  const told = await sendRequest(plain.url, visit);
  const asked = await sendRequest(inviting.url, { ...visit, path: '/graphql?query=%7Bhello%7D' });

  expect([led.status, led.headers.location]).toEqual([303, '/playground']);
  expect([told.status, readError(told).code]).toEqual([400, 'REQUEST_MALFORMED']);
  expect([asked.status, asked.body]).toEqual([200, '{"data":{"hello":"Hello mesh"}}']);
});

test('a client that accepts neither media type is told what there is', async () => {
  const edge = await startEdge();

  const response = await postGraphql(edge.url, { query: '{ hello }' }, { accept: 'text/csv' });

  expect([response.status, readError(response).code]).toEqual([406, 'MEDIA_TYPE_NOT_ACCEPTABLE']);
});

test.each([
  ['text/plain', 'Expected the content-type "application/json" in UTF-8, given "text/plain".'],
  ['application/x-www-form-urlencoded', /urlencoded/],
  ['multipart/form-data; boundary=x', /multipart/],
  ['application/graphql', /application\/graphql/],
  ['application/json; charset=utf-16', /utf-16/],
  ['application/json-patch+json', /patch/],
  ['nonsense', /nonsense/],
  [undefined, 'Expected the content-type "application/json" in UTF-8, given none.'],
])('the content type %j is refused', async (contentType, message) => {
  const edge = await startEdge();

  const response = await sendRequest(edge.url, {
    method: 'POST',
    path: '/graphql',
    headers: contentType === undefined ? {} : { 'content-type': contentType },
    body: '{"query":"{ hello }"}',
  });

  expect(response.status).toBe(415);
  expect(readError(response)).toEqual({
    code: 'MEDIA_TYPE_UNSUPPORTED',
    message: typeof message === 'string' ? message : expect.stringMatching(message),
  });
});

test.each(['application/json; charset=UTF-8', 'Application/JSON;charset="utf-8"'])(
  'the content type %j is taken',
  async (contentType) => {
    const edge = await startEdge();

    const response = await postGraphql(
      edge.url,
      { query: '{ hello }' },
      { 'content-type': contentType },
    );

    expect(response.body).toBe('{"data":{"hello":"Hello mesh"}}');
  },
);

test('a compressed body is refused', async () => {
  const edge = await startEdge();

  const response = await postGraphql(
    edge.url,
    { query: '{ hello }' },
    { 'content-encoding': 'gzip' },
  );

  expect([response.status, readError(response).message]).toEqual([
    415,
    'Expected a body without content-encoding, given "gzip".',
  ]);
});

test.each<[string, string]>([
  ['{"query":', 'Expected JSON in the request body, given a text that is not valid JSON.'],
  ['', 'Expected a JSON object in the request body, given an empty body.'],
  [
    '{"query":"{ hello }","variables":7}',
    'Expected the parameter "variables" to be a JSON object or null, given a number.',
  ],
])('the body %j is refused with a sentence that helps', async (body, message) => {
  const edge = await startEdge();

  const response = await sendRequest(edge.url, {
    method: 'POST',
    path: '/graphql',
    headers: JSON_BODY,
    body,
  });

  expect(response.status).toBe(400);
  expect(readError(response)).toEqual({ code: 'REQUEST_MALFORMED', message });
});

test('a body over the limit is refused, whether its length is told or not', async () => {
  const edge = await startEdge({ bodyBytes: 1000 });
  const parameters = { query: `{ hello } #${'x'.repeat(500_000)}` };

  const told = await postGraphql(edge.url, parameters, {
    'content-length': String(JSON.stringify(parameters).length),
  });
  const untold = await postGraphql(edge.url, parameters, { 'transfer-encoding': 'chunked' });

  for (const response of [told, untold]) {
    expect(response.status).toBe(413);
    expect(readError(response)).toEqual({
      code: 'REQUEST_TOO_LARGE',
      message: 'Expected a request body of at most 1000 bytes, given a larger one.',
    });
  }
});

test('a body of exactly the limit is read, in several pieces too', async () => {
  const empty = JSON.stringify({ query: '{ hello } #' }).length;
  const edge = await startEdge({ bodyBytes: 300_000 });

  const response = await postGraphql(edge.url, {
    query: `{ hello } #${'x'.repeat(300_000 - empty)}`,
  });

  expect(response.body).toBe('{"data":{"hello":"Hello mesh"}}');
});

test('a URL over the limit is refused', async () => {
  const edge = await startEdge({ urlBytes: 100 });

  const response = await sendRequest(edge.url, { path: `/graphql?query=${'x'.repeat(100)}` });

  expect([response.status, readError(response).code]).toEqual([414, 'URL_TOO_LONG']);
});

test.each(['HEAD', 'PUT', 'PATCH', 'DELETE', 'PROPFIND'])(
  'the method %s is not allowed on /graphql',
  async (method) => {
    const edge = await startEdge();

    const response = await sendRequest(edge.url, {
      method,
      path: '/graphql',
      headers: JSON_BODY,
    });

    expect([response.status, response.headers.allow]).toEqual([405, 'GET, POST, OPTIONS']);
  },
);

test('an unknown address is told from an unknown method', async () => {
  const edge = await startEdge();

  const address = await sendRequest(edge.url, { path: '/nothing' });
  const method = await sendRequest(edge.url, { method: 'DELETE', path: '/metrics' });

  expect([address.status, readError(address).code]).toEqual([404, 'ROUTE_UNKNOWN']);
  expect([method.status, readError(method).code]).toEqual([405, 'METHOD_NOT_ALLOWED']);
  expect(method.headers.allow).toBe('GET, HEAD');
});

test('an address that cannot be decoded is malformed', async () => {
  const edge = await startEdge();

  const response = await sendRequest(edge.url, { path: '/%c0' });

  expect([response.status, readError(response).code]).toEqual([400, 'REQUEST_MALFORMED']);
});

test('an error of the answerer goes out with its status, code, message and details', async () => {
  const edge = await startEdge(
    {},
    {
      answerGraphql() {
        throw new MeshgateError('TOKEN_EXPIRED', { details: { issuer: 'acme' } });
      },
    },
  );

  const response = await postGraphql(edge.url, { query: '{ hello }' });

  expect(response.status).toBe(401);
  expect(response.headers['www-authenticate']).toBe('Bearer');
  expect(JSON.parse(response.body)).toEqual({
    errors: [
      {
        message: 'The access token has expired; get a new one.',
        extensions: { code: 'TOKEN_EXPIRED', issuer: 'acme' },
      },
    ],
  });
});

test('a bug in the answerer is masked and logged with the request id', async () => {
  const logged: unknown[] = [];
  const bug = new Error('password is hunter2');
  const edge = await startEdge(
    {},
    {
      answerGraphql: () => Promise.reject(bug),
      log: {
        isLevelEnabled: () => false,
        info() {},
        warn() {},
        error: (facts, message) => void logged.push(facts, message),
      },
    },
  );

  const response = await postGraphql(edge.url, { query: '{ hello }' }, { 'x-request-id': 'r-1' });

  expect(response.status).toBe(500);
  expect(readError(response).code).toBe('INTERNAL_ERROR');
  expect(response.body).not.toContain('hunter2');
  expect(logged).toEqual([{ requestId: 'r-1', err: bug }, 'request failed']);
});

test('a refusal that may end soon says when to come back', async () => {
  const edge = await startEdge(
    {},
    {
      answerGraphql() {
        throw new MeshgateError('RATE_LIMITED');
      },
    },
  );

  const response = await postGraphql(edge.url, { query: '{ hello }' });

  expect([response.status, readError(response).code]).toEqual([429, 'RATE_LIMITED']);
  expect(response.headers['retry-after']).toBe('1');
});

test('the address of a client behind a trusted proxy is the one the proxy names', async () => {
  const seen: string[] = [];
  const answerGraphql: AnswerGraphql = ({ address }) => {
    seen.push(address);
    return { status: 200, jsonStatus: 200, body: '{"data":null}' };
  };
  const trusting = await startEdge({ trustProxy: ['127.0.0.1'] }, { answerGraphql });
  const wary = await startEdge({}, { answerGraphql });
  const headers = { 'x-forwarded-for': '203.0.113.7' };

  await postGraphql(trusting.url, { query: '{ hello }' }, headers);
  await postGraphql(wary.url, { query: '{ hello }' }, headers);

  expect(seen).toEqual(['203.0.113.7', '127.0.0.1']);
});

test('a sane request id is kept and any other replaced', async () => {
  const edge = await startEdge();
  const send = async (id: string) =>
    (await sendRequest(edge.url, { path: '/health/live', headers: { 'x-request-id': id } }))
      .headers['x-request-id'];

  expect(await send('Req-1.a_b')).toBe('Req-1.a_b');
  for (const id of ['with space', 'x'.repeat(129), '', '{"a":1}']) {
    expect(await send(id)).toMatch(/^[\da-f-]{36}$/);
  }
});

test('answers are not stored and not framed, unless the answer says otherwise', async () => {
  const headers = { 'cache-control': 'max-age=60, public', 'x-cost': '7' };
  const edge = await startEdge(
    { strictTransportSecurity: true },
    {
      answerGraphql: ({ parameters }) => ({
        status: 200,
        jsonStatus: 200,
        body: Buffer.from('{"data":null}'),
        ...(parameters.query === 'cached' ? { headers } : {}),
      }),
    },
  );

  const plain = await postGraphql(edge.url, { query: 'plain' });
  const cached = await postGraphql(edge.url, { query: 'cached' });

  expect(plain.headers).toMatchObject({
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
    'referrer-policy': 'no-referrer',
    'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
    'strict-transport-security': 'max-age=15552000',
    'content-length': '13',
  });
  expect(cached.headers).toMatchObject(headers);
  expect(plain.headers['x-powered-by']).toBeUndefined();
});
