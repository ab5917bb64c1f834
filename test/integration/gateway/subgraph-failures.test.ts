import type { RequestListener, ServerResponse } from 'node:http';
import { expect, test } from 'vitest';
import type { FixtureSubgraph } from '../../support/federation-fixture.ts';
import { findFreePorts } from '../../support/free-ports.ts';
import { serveFederation } from '../../support/serve-federation.ts';

/** Two products that share nothing but the client who asks both. */
const subgraphs: readonly FixtureSubgraph[] = [
  {
    name: 'sound',
    sdl: 'type Query { sound: String }',
    resolvers: { Query: { sound: () => 'ok' } },
  },
  {
    name: 'frail',
    sdl: 'type Query { frail: String }',
    resolvers: { Query: { frail: () => 'ok' } },
  },
];
const BOTH = { query: '{ sound frail }' };

const JSON_TYPE = { 'content-type': 'application/json' };
const send =
  (status: number, body: string, headers: Readonly<Record<string, string>> = JSON_TYPE) =>
  (response: ServerResponse) =>
    void response.writeHead(status, headers).end(body);
const refusal = '{"errors":[{"message":"No."}]}';

test.each<[what: string, code: string, answer: (response: ServerResponse) => void]>([
  [
    'cuts the connection before it answers',
    'SUBGRAPH_UNREACHABLE',
    (response) => response.socket?.destroy(),
  ],
  [
    'resets the connection in the middle of its answer',
    'SUBGRAPH_UNREACHABLE',
    (response) => {
      response.writeHead(200, { ...JSON_TYPE, 'content-length': '100' });
      response.write('{"data":{"frail":', () => response.socket?.resetAndDestroy());
    },
  ],
  ['is overloaded', 'SUBGRAPH_UNREACHABLE', send(503, '')],
  ['asks for patience', 'SUBGRAPH_UNREACHABLE', send(429, 'Slow down')],
  [
    'stands behind a proxy that finds it not',
    'SUBGRAPH_UNREACHABLE',
    send(502, '<html>Bad gateway</html>'),
  ],
  ['sends no headers', 'SUBGRAPH_TIMEOUT', () => undefined],
  [
    'sends headers and no body',
    'SUBGRAPH_TIMEOUT',
    (response) => {
      response.writeHead(200, JSON_TYPE);
      response.flushHeaders();
    },
  ],
  [
    'stops in the middle of its body',
    'SUBGRAPH_TIMEOUT',
    (response) => {
      response.writeHead(200, JSON_TYPE);
      response.write('{"data":{"frail":');
    },
  ],
  ['does not know the gateway', 'SUBGRAPH_REFUSED', send(401, '')],
  ['forbids the call', 'SUBGRAPH_REFUSED', send(403, 'Forbidden')],
  ['forbids the call in the words of GraphQL', 'SUBGRAPH_REFUSED', send(403, refusal)],
  [
    'shows a page',
    'SUBGRAPH_RESPONSE_INVALID',
    send(200, '<html></html>', { 'content-type': 'text/html' }),
  ],
  ['breaks its JSON off', 'SUBGRAPH_RESPONSE_INVALID', send(200, '{"data":{"frail":"o')],
  ['answers nothing', 'SUBGRAPH_RESPONSE_INVALID', send(200, '')],
  ['answers with an empty object', 'SUBGRAPH_RESPONSE_INVALID', send(200, '{}')],
  ['answers with null', 'SUBGRAPH_RESPONSE_INVALID', send(200, 'null')],
  ['answers without data and error', 'SUBGRAPH_RESPONSE_INVALID', send(200, '{"data":null}')],
  [
    'points elsewhere',
    'SUBGRAPH_RESPONSE_INVALID',
    send(307, '', { location: 'http://127.0.0.1:1/' }),
  ],
  ['fails', 'SUBGRAPH_RESPONSE_INVALID', send(500, 'Oops')],
  [
    'answers with more than is read',
    'SUBGRAPH_RESPONSE_TOO_LARGE',
    send(200, JSON.stringify({ data: { frail: 'x'.repeat(70_000) } })),
  ],
])(
  'a product that %s is named with %s, and the rest of the answer stays',
  async (_what, code, answer) => {
    const gateway = await serveFederation(subgraphs, {
      SUBGRAPH_TIMEOUT_MS: '300',
      SUBGRAPH_RESPONSE_BYTES: '65536',
    });
    const listener: RequestListener = (request, response) => {
      request.resume().on('end', () => answer(response));
    };
    gateway.replace('frail', listener);

    const { status, body } = await gateway.post(BOTH);

    expect(status).toBe(200);
    expect(body).toEqual({
      errors: [
        { message: expect.stringContaining('"frail"'), extensions: { code, product: 'frail' } },
      ],
      data: { sound: 'ok', frail: null },
    });
  },
);

test('a product where nobody listens is unreachable', async () => {
  const port = await findFreePorts(1);
  const gateway = await serveFederation(subgraphs, {
    SUBGRAPH_URLS: `frail=http://127.0.0.1:${port}/graphql`,
  });

  const { body } = await gateway.post(BOTH);

  expect(body.errors?.map(({ extensions }) => extensions)).toEqual([
    { code: 'SUBGRAPH_UNREACHABLE', product: 'frail' },
  ]);
  expect(body.data).toEqual({ sound: 'ok', frail: null });
});

test('an answer counts whatever its media type says', async () => {
  const gateway = await serveFederation(subgraphs);
  gateway.replace('frail', (_request, response) => {
    send(200, '{"data":{"frail":"here"}}', { 'content-type': 'text/plain' })(response);
  });

  const { body } = await gateway.post(BOTH);

  expect(body).toEqual({ data: { sound: 'ok', frail: 'here' } });
});

const metricsOf = async (url: string): Promise<readonly string[]> => {
  const response = await fetch(`${url}/metrics`);
  const lines = (await response.text()).split('\n');
  return lines.filter((line) => /^gateway_(errors|subgraph_calls)_total/.test(line));
};

test('what is not there when the time of the request is over timed out', async () => {
  const gateway = await serveFederation(subgraphs, { REQUEST_TIMEOUT_MS: '200' });
  gateway.replace('frail', () => undefined);

  const { status, body } = await gateway.post(BOTH);

  expect(status).toBe(200);
  expect(body).toEqual({
    errors: [
      {
        message:
          'The data product "frail" was not waited for any longer, because the request as a whole took too long; ask for less, or try again later.',
        extensions: { code: 'SUBGRAPH_TIMEOUT', product: 'frail' },
      },
    ],
    data: { sound: 'ok', frail: null },
  });
  expect(await metricsOf(gateway.url)).toEqual(
    expect.arrayContaining([
      'gateway_errors_total{code="SUBGRAPH_TIMEOUT"} 1',
      'gateway_subgraph_calls_total{subgraph="frail",outcome="timeout"} 1',
    ]),
  );
});

test('a client that leaves is no error of the product that was asked', async () => {
  const gateway = await serveFederation(subgraphs);
  const leave = new AbortController();
  const closed = new Promise<void>((resolve) => {
    gateway.replace('frail', (request) => {
      request.socket.once('close', resolve);
      leave.abort();
    });
  });
  const body = JSON.stringify({ query: '{ frail }' });
  const request = { method: 'POST', headers: JSON_TYPE, body, signal: leave.signal };

  await expect(fetch(`${gateway.url}/graphql`, request)).rejects.toThrow();
  await closed;

  expect(await metricsOf(gateway.url)).toEqual([
    'gateway_subgraph_calls_total{subgraph="frail",outcome="abandoned"} 1',
  ]);
});

/** One error as the product words it, and what a client reads. */
const disclosed = async (extensions: object, settings: Readonly<Record<string, string>> = {}) => {
  const gateway = await serveFederation(subgraphs, settings);
  const error = { message: 'The shelf is full.', path: ['frail'], extensions };
  gateway.replace('frail', (_request, response) => {
    send(200, JSON.stringify({ errors: [error], data: { frail: null } }))(response);
  });
  return (await gateway.post(BOTH)).body;
};

test('an error that its product declares public keeps message, code and facts, and names the product', async () => {
  const body = await disclosed({
    code: 'SHELF_FULL',
    public: true,
    shelf: 7,
    product: 'another',
    stacktrace: ['at shelf.ts'],
  });

  expect(body).toEqual({
    errors: [
      {
        message: 'The shelf is full.',
        path: ['frail'],
        extensions: { code: 'SHELF_FULL', shelf: 7, product: 'frail' },
      },
    ],
    data: { sound: 'ok', frail: null },
  });
});

test.each([
  ['says nothing of it', { code: 'SHELF_FULL', shelf: 7 }],
  ['declares it public in another way', { code: 'SHELF_FULL', public: 'yes' }],
])('an error whose product %s is masked, and names the product', async (_what, extensions) => {
  const body = await disclosed(extensions);

  expect(body.errors).toEqual([
    {
      message: 'The data product "frail" reported an error that is not meant for clients.',
      path: ['frail'],
      extensions: { code: 'SUBGRAPH_ERROR', product: 'frail' },
    },
  ]);
});

test('a gateway for development passes every word on, but no stack', async () => {
  const extensions = { code: 'SHELF_FULL', stacktrace: ['at shelf.ts'] };

  const body = await disclosed(extensions, { SUBGRAPH_ERRORS: 'passed' });

  expect(body.errors).toEqual([
    {
      message: 'The shelf is full.',
      path: ['frail'],
      extensions: { code: 'SHELF_FULL', product: 'frail' },
    },
  ]);
});

test('errors stand before the data, so that whoever reads a long answer learns of them first', async () => {
  const gateway = await serveFederation(subgraphs);
  gateway.replace('frail', (_request, response) => send(503, '')(response));

  const response = await fetch(`${gateway.url}/graphql`, {
    method: 'POST',
    headers: JSON_TYPE,
    body: JSON.stringify(BOTH),
  });

  expect(Object.keys((await response.json()) as object)).toEqual(['errors', 'data']);
});
