import { once } from 'node:events';
import { request as startRequest } from 'node:http';
import { connect } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { createHttpServer } from '../../../../gateway/http/create-http-server.ts';
import type {
  ClientConnection,
  EdgeAnswer,
  EdgeDoors,
} from '../../../../gateway/http/edge-types.ts';
import { postGraphql, readError, sendRequest } from '../../../support/send-request.ts';
import { createEdgeDoors, EDGE_SETTINGS, startEdge } from '../../../support/start-edge.ts';

const DONE: EdgeAnswer = { status: 200, jsonStatus: 200, body: '{"data":{"done":true}}' };
const QUERY = { query: '{ hello }' };

/** A promise, and the function that resolves it. */
function createSignal<T>() {
  let resolve: (value: T) => void = () => undefined;
  const promise = new Promise<T>((given) => {
    resolve = given;
  });
  return { promise, resolve };
}

/** An answerer that answers when told to, and says when it was asked. */
function createGate() {
  const asked = createSignal<ClientConnection>();
  const answer = createSignal<EdgeAnswer>();
  const answerGraphql: EdgeDoors['answerGraphql'] = ({ client }) => {
    asked.resolve(client);
    return answer.promise;
  };
  return { asked: asked.promise, release: () => answer.resolve(DONE), answerGraphql };
}

/** Writes raw bytes and reads until the server closes the connection. */
async function exchangeBytes(port: number, bytes: string): Promise<string> {
  const socket = connect(port, '127.0.0.1');
  const chunks: Buffer[] = [];
  socket.on('data', (chunk: Buffer) => chunks.push(chunk));
  socket.write(bytes);
  await once(socket, 'close');
  return Buffer.concat(chunks).toString('utf8');
}

test('a client that hangs up is noticed while its answer is being made', async () => {
  const gate = createGate();
  const observed: number[] = [];
  const edge = await startEdge(
    {},
    { answerGraphql: gate.answerGraphql, observeRequest: (status) => void observed.push(status) },
  );
  const outgoing = startRequest(`${edge.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
  });
  outgoing.on('error', () => undefined);
  outgoing.end(JSON.stringify(QUERY));
  const client = await gate.asked;
  const left = createSignal<boolean>();
  client.onGone = () => left.resolve(client.gone);
  expect(client.gone).toBe(false);

  outgoing.destroy();

  expect(await left.promise).toBe(true);
  gate.release();
  const late = createSignal<void>();
  client.onGone = late.resolve;
  await late.promise;
  expect(observed).toEqual([499]);
});

test('a client that reads its whole answer is never gone', async () => {
  const clients: ClientConnection[] = [];
  const left: string[] = [];
  const edge = await startEdge(
    {},
    {
      answerGraphql({ client }) {
        clients.push(client);
        client.onGone = () => void left.push('gone');
        return DONE;
      },
    },
  );

  await postGraphql(edge.url, QUERY);
  await edge.close(0);

  expect([clients[0]?.gone, left]).toEqual([false, []]);
});

test('each request is measured and logged once, without its query string', async () => {
  const observed: [number, number][] = [];
  const lines: [object, string][] = [];
  const edge = await startEdge(
    {},
    {
      observeRequest: (status, seconds) => void observed.push([status, seconds]),
      log: {
        isLevelEnabled: (level) => level === 'info',
        info: (facts, message) => void lines.push([facts, message]),
        warn() {},
        error() {},
      },
    },
  );

  await sendRequest(edge.url, {
    path: '/graphql?query=%7B%20hello%20%7D',
    headers: { 'x-request-id': 'r-1' },
  });
  await sendRequest(edge.url, { path: '/health/live', headers: { 'x-request-id': 'r-2' } });
  await edge.close(1000);

  expect(observed).toEqual([[200, expect.any(Number)]]);
  expect(lines).toEqual([
    [
      {
        requestId: 'r-1',
        method: 'GET',
        path: '/graphql',
        status: 200,
        durationMs: expect.any(Number),
      },
      'request answered',
    ],
    [
      {
        requestId: 'r-2',
        method: 'GET',
        path: '/health/live',
        status: 200,
        durationMs: expect.any(Number),
      },
      'request answered',
    ],
  ]);
});

test('a closing edge finishes what runs and refuses what comes', async () => {
  const gate = createGate();
  const edge = await startEdge({}, { answerGraphql: gate.answerGraphql });
  const body = JSON.stringify(QUERY);
  const socket = connect(edge.port, '127.0.0.1');
  onTestFinished(() => void socket.destroy());
  const post = `POST /graphql HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n${body}`;
  const chunks: Buffer[] = [];
  socket.on('data', (chunk: Buffer) => chunks.push(chunk));
  socket.write(post);
  await gate.asked;

  const closed = edge.close(600_000);
  socket.write(post);
  socket.write('GET /health/ready HTTP/1.1\r\nhost: x\r\n\r\n');
  await expect(postGraphql(edge.url, QUERY)).rejects.toThrow('ECONNREFUSED');
  const ended = once(socket, 'close');
  gate.release();
  await Promise.all([closed, ended]);

  const [head, answered] = Buffer.concat(chunks).toString('utf8').split('\r\n\r\n');
  expect(head).toMatch(/^HTTP\/1\.1 200 /);
  expect(head).toMatch(/^connection: close$/im);
  expect(answered).toBe('{"data":{"done":true}}');
});

test('a request that comes while the edge is closing is told to go elsewhere', async () => {
  const gate = createGate();
  const edge = await startEdge({}, { answerGraphql: gate.answerGraphql });
  const idle = connect(edge.port, '127.0.0.1');
  onTestFinished(() => void idle.destroy());
  await once(idle, 'connect');
  const running = postGraphql(edge.url, QUERY);
  await gate.asked;
  const chunks: Buffer[] = [];
  idle.on('data', (chunk: Buffer) => chunks.push(chunk));

  const closed = edge.close(600_000);
  idle.write('GET /graphql?query=%7Bhello%7D HTTP/1.1\r\nhost: x\r\n\r\n');
  await once(idle, 'end');
  gate.release();
  await closed;

  const refusal = Buffer.concat(chunks).toString('utf8');
  expect(refusal).toMatch(/^HTTP\/1\.1 503 /);
  expect(refusal).toContain('GATEWAY_DRAINING');
  expect(refusal).toMatch(/retry-after: 1/i);
  expect((await running).body).toBe('{"data":{"done":true}}');
});

test('a closing edge says that it is not ready', async () => {
  const gate = createGate();
  const edge = await startEdge({}, { answerGraphql: gate.answerGraphql });
  const idle = connect(edge.port, '127.0.0.1');
  onTestFinished(() => void idle.destroy());
  await once(idle, 'connect');
  const running = postGraphql(edge.url, QUERY);
  await gate.asked;
  const chunks: Buffer[] = [];
  idle.on('data', (chunk: Buffer) => chunks.push(chunk));

  const closed = edge.close(600_000);
  idle.write('GET /health/ready HTTP/1.1\r\nhost: x\r\n\r\n');
  await once(idle, 'end');
  gate.release();
  await Promise.all([closed, running]);

  expect(Buffer.concat(chunks).toString('utf8')).toMatch(/^HTTP\/1\.1 503 .*"status":"draining"/s);
});

test('what still runs when the time to drain is over is cut off, and its work is told', async () => {
  const gate = createGate();
  const edge = await startEdge({}, { answerGraphql: gate.answerGraphql });
  const running = postGraphql(edge.url, QUERY);
  const failed = expect(running).rejects.toThrow('socket hang up');
  const client = await gate.asked;
  const left = createSignal<void>();
  client.onGone = left.resolve;

  await edge.close(10);

  await failed;
  await left.promise;
});

test('a connection that never asked anything does not hold up the end', async () => {
  const edge = await startEdge();
  const silent = connect(edge.port, '127.0.0.1');
  onTestFinished(() => void silent.destroy());
  await once(silent, 'connect');

  await edge.close(60_000);

  await once(silent, 'close');
});

test('a port in use is named in the error', async () => {
  const { port } = await startEdge();
  const second = createHttpServer({ ...EDGE_SETTINGS, port }, createEdgeDoors());
  onTestFinished(() => second.close(0));

  await expect(second.listen()).rejects.toMatchObject({
    code: 'PORT_TAKEN',
    message: expect.stringContaining(String(port)),
  });
});

test.each([
  ['bytes that are not HTTP', 'HELLO\r\n\r\n', 400, 'REQUEST_MALFORMED'],
  ['an unknown method', 'FETCH /graphql HTTP/1.1\r\nhost: x\r\n\r\n', 400, 'REQUEST_MALFORMED'],
  [
    'headers over the limit',
    `GET / HTTP/1.1\r\nhost: x\r\nx-a: ${'x'.repeat(20_000)}\r\n\r\n`,
    431,
    'HEADERS_TOO_LARGE',
  ],
])('%s are answered with an error body', async (_case, bytes, status, code) => {
  const { port } = await startEdge();

  const received = await exchangeBytes(port, bytes);

  expect(received).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `));
  expect(received).toContain(`"code":"${code}"`);
});

test('a request that does not arrive in time is given up', async () => {
  const { port } = await startEdge({ requestTimeoutMs: 100 });

  const received = await exchangeBytes(
    port,
    'POST /graphql HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 50\r\n\r\n{"que',
  );

  expect(received).toMatch(/^HTTP\/1\.1 408 /);
  expect(received).toContain('"code":"REQUEST_TIMEOUT"');
});

test('a body that is announced as too large is refused before it is sent', async () => {
  const edge = await startEdge({ bodyBytes: 1000 });
  const socket = connect(edge.port, '127.0.0.1');
  onTestFinished(() => void socket.destroy());
  socket.write(
    'POST /graphql HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 1001\r\n\r\n',
  );

  const [received] = await once(socket, 'data');

  expect(String(received)).toMatch(/^HTTP\/1\.1 413 /);
});

test('a body that breaks off does no harm', async () => {
  const edge = await startEdge();
  const socket = connect(edge.port, '127.0.0.1');
  socket.write(
    'POST /graphql HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 50\r\n\r\n{"que',
  );
  await once(socket, 'connect');
  socket.destroy();

  const response = await postGraphql(edge.url, QUERY);

  expect(response.status).toBe(200);
});

test('requests sent in one go over one connection are answered in order', async () => {
  const edge = await startEdge();
  const get = (name: string): string =>
    `GET /graphql?query=%7Bhello(name:%22${name}%22)%7D HTTP/1.1\r\nhost: x\r\n`;

  const received = await exchangeBytes(
    edge.port,
    `${get('one')}\r\n${get('two')}connection: close\r\n\r\n`,
  );

  expect([...received.matchAll(/Hello \w+/g)].map(String)).toEqual(['Hello one', 'Hello two']);
});

test('an error in JSON has the media type the client asked for', async () => {
  const edge = await startEdge();

  const response = await postGraphql(edge.url, {}, { accept: 'application/graphql-response+json' });

  expect(response.headers['content-type']).toBe('application/graphql-response+json; charset=utf-8');
  expect(readError(response).code).toBe('REQUEST_MALFORMED');
});
