/**
 * The least that any server with Fastify has to do for a request whose answer it
 * has: a route that reads the body as text, finds the prepared bytes for it, and
 * sends them. It checks nothing and parses nothing. Prints `{"url"}` when it listens.
 *
 * @module
 */
import { readFile } from 'node:fs/promises';
import fastify from 'fastify';
import type { FloorRecord } from './record-calls.ts';

const record: FloorRecord = JSON.parse(await readFile(process.argv[2] ?? '', 'utf8'));
const answers = new Map(
  Object.entries(record).map(([body, { answer }]) => [body, Buffer.from(answer)]),
);

const app = fastify();
app.removeAllContentTypeParsers();
app.addContentTypeParser('application/json', { parseAs: 'string' }, (_request, body, done) =>
  done(null, body),
);
app.post('/graphql', (request, reply) => {
  const bytes = answers.get(request.body as string);
  if (bytes === undefined) return reply.code(404).send();
  return reply.type('application/json').send(bytes);
});
const url = await app.listen({ port: 0, host: '127.0.0.1' });
process.stdout.write(`${JSON.stringify({ url: `${url}/graphql` })}\n`);
