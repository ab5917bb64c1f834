import { afterAll, beforeAll, beforeEach, expect, onTestFinished, test } from 'vitest';
import { type RunningNotes, startNotes } from '../../../../support/start-notes.ts';

let notes: RunningNotes;

beforeAll(async () => {
  notes = await startNotes({ bodyLimitBytes: 2000 });
});
afterAll(() => notes.close());
beforeEach(() => {
  notes.log.length = 0;
});

const get = (path: string, product = notes.product) =>
  fetch(new URL(path, product.url), { signal: AbortSignal.timeout(5000) });

test('answers that it lives and is ready without a token', async () => {
  const [live, ready] = [await get('/health/live'), await get('/health/ready')];

  expect([live.status, await live.json()]).toEqual([200, { status: 'live' }]);
  expect([ready.status, await ready.json()]).toEqual([200, { status: 'ready' }]);
});

test('starts without a database and says that it is not ready', async () => {
  const { product, close } = await startNotes({
    databaseUrl: 'postgresql://nobody@127.0.0.1:1/nothing',
  });
  onTestFinished(close);

  const [live, ready] = [await get('/health/live', product), await get('/health/ready', product)];

  expect([live.status, ready.status, await ready.json()]).toEqual([
    200,
    503,
    { status: 'not ready' },
  ]);
});

test('metrics count requests, statements and refused calls', async () => {
  const { product, ask, close } = await startNotes();
  onTestFinished(close);
  await ask({ query: '{ notes { totalCount } }' });
  await fetch(product.url, { method: 'POST' });

  const page = await (await get('/metrics', product)).text();

  expect(page.split('\n')).toEqual(
    expect.arrayContaining([
      'product_requests_total 2',
      'product_request_seconds_count 2',
      'product_statements_total{kind="read"} 2',
      'product_refused_calls_total{reason="token_missing"} 1',
      expect.stringMatching(/^process_resident_memory_bytes \d+$/),
    ]),
  );
});

test('the request id of the gateway is echoed and stands in every log line of the request', async () => {
  const { headers } = await notes.ask({
    query: 'query Notes($after: String) { notes(after: $after) { totalCount } breaks }',
    headers: { 'x-request-id': 'req-1' },
  });

  expect(headers.get('x-request-id')).toBe('req-1');
  expect(notes.log).toMatchObject([
    { level: 'error', requestId: 'req-1' },
    {
      level: 'info',
      name: 'notes',
      requestId: 'req-1',
      operation: 'Notes',
      statements: 2,
      status: 200,
      durationMs: expect.any(Number),
      errorCodes: ['INTERNAL_ERROR'],
      msg: 'A request was answered.',
    },
  ]);
});

test.each(['two words', 'x'.repeat(129), '"quoted"'])(
  'the request id %j is replaced',
  async (id) => {
    const { headers } = await notes.ask({ query: '{ waits }', headers: { 'x-request-id': id } });

    expect(headers.get('x-request-id')).toMatch(/^[0-9a-f-]{36}$/);
  },
);

test('neither variables nor the token reach the log', async () => {
  await notes.ask({
    query: 'query ($after: String) { notes(after: $after) { totalCount } }',
    variables: { after: 'very-secret' },
  });

  expect(JSON.stringify(notes.log)).not.toMatch(/very-secret|Bearer|eyJ/);
});

test.each([
  [
    'a body over the limit',
    { query: `# ${'x'.repeat(3000)}` },
    'application/json',
    413,
    'REQUEST_TOO_LARGE',
  ],
  ['a body that is not JSON', '{', 'application/json', 400, 'REQUEST_MALFORMED'],
  [
    'another content type',
    'a=b',
    'application/x-www-form-urlencoded',
    415,
    'MEDIA_TYPE_UNSUPPORTED',
  ],
])('%s is refused with a code', async (_name, body, type, status, code) => {
  const response = await fetch(notes.product.url, {
    method: 'POST',
    headers: { 'content-type': type, authorization: `Bearer ${await notes.key.sign()}` },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });

  expect(response.status).toBe(status);
  expect(await response.json()).toMatchObject({ errors: [{ extensions: { code } }] });
});

test('an unknown address is answered with 404 and a code', async () => {
  const response = await get('/nowhere');

  expect(response.status).toBe(404);
  expect(await response.json()).toMatchObject({
    errors: [{ extensions: { code: 'ROUTE_UNKNOWN' } }],
  });
});

test('a gateway that gives up frees the connection at once', async () => {
  let hearStatement = () => {};
  const started = new Promise<void>((resolve) => {
    hearStatement = resolve;
  });
  const { ask, log, close } = await startNotes({ poolSize: 1, onStatement: () => hearStatement() });
  onTestFinished(close);
  const giveUp = new AbortController();
  const slow = ask({ query: '{ slow(seconds: 8) }', signal: giveUp.signal });
  const refused = expect(slow).rejects.toThrow(/aborted/);
  await started;

  giveUp.abort();
  const next = await ask({ query: '{ authors { id } }' });

  await refused;
  expect(next.body.data?.authors).toHaveLength(5);
  expect(log).toContainEqual(
    expect.objectContaining({ status: null, msg: 'A request was given up by the gateway.' }),
  );
});
