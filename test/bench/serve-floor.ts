/**
 * The transport floor: what any gateway on this runtime has to do at least for a
 * workload. A bare `node:http` server that sends, for each request, the fewest
 * subgraph calls that the operation needs, in the order in which they depend on
 * each other, reads the bytes that come back and passes prepared bytes on. It
 * parses nothing and serialises nothing.
 *
 * The calls were recorded from a gateway that merges entity loads, see
 * `record-calls.ts`: one call for each wave and subgraph, equal calls once. Prints `{"url"}` when it listens.
 *
 * @module
 */
import { readFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Pool } from 'undici';
import type { FloorRecord, RecordedCall } from './record-calls.ts';

const record: FloorRecord = JSON.parse(await readFile(process.argv[2] ?? '', 'utf8'));
const plans = new Map(Object.entries(record));
const pools = new Map<string, Pool>();

const server = createServer((request, response) => {
  readBody(request, (body) => void answer(body, response));
});

async function answer(body: string, response: ServerResponse): Promise<void> {
  const plan = plans.get(body);
  if (plan === undefined) {
    response.writeHead(404).end();
    return;
  }
  for (const wave of plan.waves) await Promise.all(wave.map(send));
  const bytes = Buffer.from(plan.answer);
  response.writeHead(200, {
    'content-type': 'application/json',
    'content-length': bytes.length,
  });
  response.end(bytes);
}

server.listen(0, '127.0.0.1', () => {
  const { port } = server.address() as AddressInfo;
  process.stdout.write(`${JSON.stringify({ url: `http://127.0.0.1:${port}/graphql` })}\n`);
});

function send({ url, body, authorization }: RecordedCall): Promise<void> {
  const { origin, pathname } = new URL(url);
  let pool = pools.get(origin);
  if (pool === undefined) {
    pool = new Pool(origin, { connections: 64 });
    pools.set(origin, pool);
  }
  const target = pool;
  const headers = {
    'content-type': 'application/json',
    ...(authorization === null ? {} : { authorization }),
  };
  return new Promise((resolve, reject) => {
    target.dispatch(
      { method: 'POST', path: pathname, headers, body },
      {
        onRequestStart() {},
        onResponseStart() {},
        onResponseData() {},
        onResponseEnd: () => resolve(),
        onResponseError: (_controller, error) => reject(error),
      },
    );
  });
}

function readBody(request: IncomingMessage, done: (body: string) => void): void {
  const chunks: Buffer[] = [];
  request.on('data', (chunk: Buffer) => chunks.push(chunk));
  request.on('end', () => done(Buffer.concat(chunks).toString('utf8')));
}
