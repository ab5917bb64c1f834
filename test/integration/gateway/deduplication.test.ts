import { readFile } from 'node:fs/promises';
import { request as openRequest, type ServerResponse } from 'node:http';
import { expect, onTestFinished, test } from 'vitest';
import type { FixtureSubgraph } from '../../support/federation-fixture.ts';
import { postGraphql } from '../../support/send-request.ts';
import { serveFederation } from '../../support/serve-federation.ts';
import { writeFolder } from '../../support/write-folder.ts';

const books: FixtureSubgraph = {
  name: 'books',
  sdl: `
    type Query { title(of: ID): String }
    type Mutation { rename(to: String): String }
  `,
  resolvers: {},
};

const QUERY = { query: 'query Title($of: ID) { title(of: $of) }', variables: { of: '1' } };
const SHARING = { DEDUPLICATE_QUERIES: 'true' };

/** A gateway over a subgraph that answers when the test says so. */
async function serveHeld(settings: Readonly<Record<string, string>> = SHARING) {
  const gateway = await serveFederation([books], settings);
  const held: ServerResponse[] = [];
  let calls = 0;
  let given = 0;
  let abandoned = 0;
  gateway.replace('books', (request, response) => {
    request.resume();
    calls += 1;
    response.once('close', () => {
      if (!response.writableEnded) abandoned += 1;
    });
    held.push(response);
  });

  const metric = async (series: string): Promise<number> => {
    const lines = (await (await fetch(`${gateway.url}/metrics`)).text()).split('\n');
    const line = lines.find((one) => one.startsWith(`${series} `)) ?? '';
    return Number(line.slice(series.length));
  };
  const joined = () => metric('gateway_deduplicated_requests_total');
  const until = async (holds: () => boolean | Promise<boolean>): Promise<void> => {
    while (!(await holds())) await new Promise((resolve) => setImmediate(resolve));
  };
  return {
    ...gateway,
    calls: () => calls,
    joined,
    /** Waits until so many requests have either reached the subgraph or joined one that has. */
    underWay: (count: number) => until(async () => calls + (await joined()) === count),
    abandonedCalls: (count: number) => until(() => abandoned === count),
    /** Waits until the books on so many requests are closed; 499 is a client that hung up. */
    observed: (status: number, count: number) =>
      until(async () => (await metric(`gateway_requests_total{status="${status}"}`)) === count),
    /** Answers what waits, or only the latest of it; each answer has a number of its own. */
    release({ body, latest = false }: { body?: object; latest?: boolean } = {}) {
      for (const response of held.splice(latest ? -1 : 0)) {
        given += 1;
        const answer = body ?? { data: { title: `answer ${given}`, rename: `answer ${given}` } };
        response.setHeader('content-type', 'application/json').end(JSON.stringify(answer));
      }
    },
  };
}

type Held = Awaited<ReturnType<typeof serveHeld>>;

const send = (
  { url }: Held,
  headers: Readonly<Record<string, string>> = {},
  body: object = QUERY,
) => postGraphql(url, body, headers);

/** A request whose client hangs up when told to. */
function sendAndHangUp({ url }: Held): { hangUp(): void } {
  const headers = { 'content-type': 'application/json' };
  const outgoing = openRequest(`${url}/graphql`, { method: 'POST', headers, agent: false });
  outgoing.on('error', () => undefined);
  outgoing.end(JSON.stringify(QUERY));
  return { hangUp: () => outgoing.destroy() };
}

test('identical queries in flight are run once, and all get the same bytes', async () => {
  const gateway = await serveHeld();
  const answers = Array.from({ length: 8 }, () => send(gateway));
  await gateway.underWay(8);
  gateway.release();

  const bodies = (await Promise.all(answers)).map(({ body }) => body);

  expect(bodies).toEqual(Array(8).fill('{"data":{"title":"answer 1"}}'));
  expect([gateway.calls(), await gateway.joined()]).toEqual([1, 7]);
});

test('every waiter keeps its own request id', async () => {
  const gateway = await serveHeld();
  const answers = ['one', 'two'].map((id) => send(gateway, { 'x-request-id': id }));
  await gateway.underWay(2);
  gateway.release();

  const ids = (await Promise.all(answers)).map(({ headers }) => headers['x-request-id']);

  expect(ids).toEqual(['one', 'two']);
});

test('a query that comes after the answer is run again', async () => {
  const gateway = await serveHeld();
  const first = send(gateway);
  await gateway.underWay(1);
  gateway.release();
  await first;

  const second = send(gateway);
  await gateway.underWay(2);
  gateway.release();

  expect((await second).body).toBe('{"data":{"title":"answer 2"}}');
  expect(gateway.calls()).toBe(2);
});

test('unless it is set, every query is run', async () => {
  const gateway = await serveHeld({});
  const answers = [send(gateway), send(gateway)];
  await gateway.underWay(2);
  gateway.release();
  await Promise.all(answers);

  expect([gateway.calls(), await gateway.joined()]).toEqual([2, 0]);
});

test.each<[string, Readonly<Record<string, string>>, object]>([
  ['variables', {}, { ...QUERY, variables: { of: '2' } }],
  ['document', {}, { ...QUERY, query: `${QUERY.query} ` }],
  ['operation name', {}, { ...QUERY, operationName: 'Title' }],
  ['forwarded header', { 'x-tenant': 'b' }, QUERY],
])('a query with another %s is run for itself', async (_, headers, body) => {
  const gateway = await serveHeld({ ...SHARING, FORWARD_HEADERS: 'x-tenant' });
  const answers = [send(gateway), send(gateway, headers, body)];
  await gateway.underWay(2);
  gateway.release();
  await Promise.all(answers);

  expect([gateway.calls(), await gateway.joined()]).toEqual([2, 0]);
});

test('a header that is not forwarded makes no difference', async () => {
  const gateway = await serveHeld({ ...SHARING, FORWARD_HEADERS: 'x-tenant' });
  const answers = [send(gateway, { 'x-other': 'a' }), send(gateway, { 'x-other': 'b' })];
  await gateway.underWay(2);
  gateway.release();
  await Promise.all(answers);

  expect([gateway.calls(), await gateway.joined()]).toEqual([1, 1]);
});

test('two tokens never share, not even those of one caller', async () => {
  const gateway = await serveHeld();
  const tokens = await Promise.all([gateway.token(), gateway.token({ jti: '2' })]);
  const callers = [...tokens, tokens[0]].map((token) => ({ authorization: `Bearer ${token}` }));
  const answers = [...callers.map((headers) => send(gateway, headers)), send(gateway)];
  await gateway.underWay(4);
  gateway.release();
  await Promise.all(answers);

  expect([gateway.calls(), await gateway.joined()]).toEqual([3, 1]);
});

test('a caller who is turned away gets nothing from a flight', async () => {
  const gateway = await serveHeld({ ...SHARING, REQUIRE_AUTHENTICATION: 'true' });
  const known = send(gateway, { authorization: `Bearer ${await gateway.token()}` });
  await gateway.underWay(1);

  const unknown = await send(gateway);
  gateway.release();

  expect(unknown.status).toBe(401);
  expect((await known).body).toBe('{"data":{"title":"answer 1"}}');
});

test('each waiter counts against the rate limit', async () => {
  const gateway = await serveHeld({ ...SHARING, RATE_LIMIT_REQUESTS: '2' });
  const answers = [send(gateway), send(gateway)];
  await gateway.underWay(2);

  const third = await send(gateway);
  gateway.release();

  expect(third.status).toBe(429);
  expect((await Promise.all(answers)).map(({ status }) => status)).toEqual([200, 200]);
});

test('an error is shared like any answer', async () => {
  const gateway = await serveHeld();
  const answers = [send(gateway), send(gateway)];
  await gateway.underWay(2);
  const errors = [{ message: 'broken', extensions: { public: true } }];
  gateway.release({ body: { errors, data: null } });

  const [first, second] = await Promise.all(answers);

  expect(JSON.parse(first?.body ?? '')).toMatchObject({ errors: [{ message: 'broken' }] });
  expect(second?.body).toBe(first?.body);
  expect(gateway.calls()).toBe(1);
});

test('a waiter that hangs up, the first one too, takes nothing from the others', async () => {
  const gateway = await serveHeld();
  const leaving = sendAndHangUp(gateway);
  await gateway.underWay(1);
  const staying = send(gateway);
  await gateway.underWay(2);
  leaving.hangUp();
  await gateway.observed(499, 1);
  gateway.release();

  expect((await staying).body).toBe('{"data":{"title":"answer 1"}}');
});

test('the call is given up when all waiters have hung up, and who comes then starts anew', async () => {
  const gateway = await serveHeld();
  const first = sendAndHangUp(gateway);
  await gateway.underWay(1);
  const second = sendAndHangUp(gateway);
  await gateway.underWay(2);
  first.hangUp();
  second.hangUp();
  await gateway.abandonedCalls(1);

  const third = send(gateway);
  await gateway.underWay(3);
  gateway.release();

  expect(JSON.parse((await third).body)).toMatchObject({ data: { title: expect.any(String) } });
  expect([gateway.calls(), await gateway.joined()]).toEqual([2, 1]);
});

test('a mutation is always run', async () => {
  const gateway = await serveHeld();
  const rename = { query: 'mutation { rename(to: "a") }' };
  const answers = [send(gateway, {}, rename), send(gateway, {}, rename)];
  await gateway.underWay(2);
  gateway.release();

  const bodies = (await Promise.all(answers)).map(({ body }) => body).sort();

  expect(bodies).toEqual(['{"data":{"rename":"answer 1"}}', '{"data":{"rename":"answer 2"}}']);
});

test('a query after a mutation does not join one that was begun before it', async () => {
  const gateway = await serveHeld();
  const before = send(gateway);
  await gateway.underWay(1);
  const mutation = send(gateway, {}, { query: 'mutation { rename(to: "a") }' });
  await gateway.underWay(2);
  gateway.release({ latest: true });
  await mutation;

  const after = send(gateway);
  await gateway.underWay(3);
  gateway.release();

  expect((await before).body).not.toBe((await after).body);
  expect(await gateway.joined()).toBe(0);
});

test('each request has its log line, which says whose answer it shared', async () => {
  const folder = await writeFolder();
  onTestFinished(() => folder.remove());
  const file = `${folder.path}/gateway.log`;
  const gateway = await serveHeld({ ...SHARING, LOG_FILE: file, LOG_LEVEL: 'info' });
  const first = send(gateway, { 'x-request-id': 'one' });
  await gateway.underWay(1);
  const second = send(gateway, { 'x-request-id': 'two' });
  await gateway.underWay(2);
  gateway.release();
  await Promise.all([first, second]);
  await gateway.observed(200, 2);

  const lines = (await readFile(file, 'utf8')).trim().split('\n');
  const told = lines
    .map((line) => JSON.parse(line) as Record<string, unknown>)
    .filter(({ path }) => path === '/graphql')
    .map(({ requestId, products, sharedWith }) => ({ requestId, products, sharedWith }));

  expect(told).toEqual([
    { requestId: 'one', products: ['books'], sharedWith: undefined },
    { requestId: 'two', products: ['books'], sharedWith: 'one' },
  ]);
});
