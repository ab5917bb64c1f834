/**
 * The subgraphs of the benchmark, in a process of their own. An answer is
 * computed once for each request body and then sent from memory, so that the
 * subgraphs are not what is measured.
 *
 * Given a number of seconds, it allows everybody to keep its answers for that long.
 *
 * Prints one line of JSON when it listens: `{"urls": {...}}`. Answers
 * `GET /calls` with the number of GraphQL calls so far.
 *
 * @module
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buildSubgraphSchema } from '@apollo/subgraph';
import { graphql, parse } from 'graphql';
import { shopSubgraphs } from './shop-data.ts';

const [, , maxAge] = process.argv;
const lifetime = maxAge === undefined ? {} : { 'cache-control': `public, max-age=${maxAge}` };

let calls = 0;
const urls: Record<string, string> = {};

for (const { name, sdl, resolvers } of shopSubgraphs(false)) {
  const schema = buildSubgraphSchema([{ typeDefs: parse(sdl), resolvers: resolvers as never }]);
  const known = new Map<string, Buffer>();

  const answer = async (body: string): Promise<Buffer> => {
    const { query, variables } = JSON.parse(body);
    const result = await graphql({ schema, source: query, variableValues: variables });
    const bytes = Buffer.from(JSON.stringify(result));
    known.set(body, bytes);
    return bytes;
  };
  const server = createServer((request, response) => {
    if (request.method === 'GET') {
      response.end(String(calls));
      return;
    }
    calls += 1;
    readBody(request, (body) => {
      const remembered = known.get(body);
      if (remembered !== undefined) send(response, remembered);
      else void answer(body).then((bytes) => send(response, bytes));
    });
  });
  server.keepAliveTimeout = 60_000;
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  urls[name] = `http://127.0.0.1:${(server.address() as AddressInfo).port}/graphql`;
}
process.stdout.write(`${JSON.stringify({ urls })}\n`);

function readBody(request: IncomingMessage, done: (body: string) => void): void {
  const chunks: Buffer[] = [];
  request.on('data', (chunk: Buffer) => chunks.push(chunk));
  request.on('end', () => done(Buffer.concat(chunks).toString('latin1')));
}

function send(response: ServerResponse, bytes: Buffer): void {
  response.writeHead(200, {
    'content-type': 'application/json',
    'content-length': bytes.length,
    ...lifetime,
  });
  response.end(bytes);
}
