import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import type { RequestListener } from 'node:http';
import { promisify } from 'node:util';
import { expect, onTestFinished, test } from 'vitest';
import { findMarkdownBlocks } from '../support/markdown-blocks.ts';
import { readProjectFile } from '../support/project-files.ts';
import { MESHGATE, startCommand } from '../support/run-command.ts';
import { serveSubgraphs } from '../support/serve-subgraphs.ts';
import { writeFolder } from '../support/write-folder.ts';

const blocks = findMarkdownBlocks(readProjectFile('docs/how-to/serve-known-operations-only.md'));
const textsOf = (info: string) =>
  blocks.filter((block) => block.info === info).map(({ text }) => text);

const [sdl = ''] = textsOf('graphql');
const [settings = ''] = textsOf('yaml');
const [apollo = '', relay = ''] = textsOf('json manifest');
const [fits, doesNotFit, metrics] = textsOf('text').map((text) => `${text}\n`);
const [check = '', checkNew = '', prefer = '', byApollo = '', byRelay = '', byText = ''] =
  textsOf('sh');
const [seeMetrics = '', only = '', alone = '', byGet = '', register = ''] = textsOf('sh').slice(6);
const [ofApollo, ofRelay, ofText, refused, notFound, registered] = textsOf('json').map((text) =>
  JSON.parse(text),
);

const lamp = { __typename: 'Product', id: '7', name: 'Lamp', price: 19.5 };
const shop = (text: string) => [
  { name: 'shop', sdl: text, resolvers: { Query: { product: () => lamp } } },
];

/** The files that the page names, over a product that allows a minute. */
async function createPlace() {
  const { supergraphSdl, replace } = await serveSubgraphs(shop(sdl));
  replace('shop', allowMinute);
  const next = await serveSubgraphs(shop(sdl.replace(/ {2}price: Float\n/, '')));
  const folder = await writeFolder({
    'supergraph.graphql': supergraphSdl,
    'new.graphql': next.supergraphSdl,
    'meshgate.yaml': settings,
    'persisted-query-manifest.json': apollo,
    'relay.json': relay,
  });
  onTestFinished(() => folder.remove());
  return folder.path;
}

const allowMinute: RequestListener = async (request, response) => {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const { query } = JSON.parse(Buffer.concat(chunks).toString('utf8'));
  const asked = Object.entries(lamp).filter(([name]) => query.includes(name));
  response.setHeader('content-type', 'application/json');
  response.setHeader('cache-control', 'max-age=60, public');
  response.end(JSON.stringify({ data: { product: Object.fromEntries(asked) } }));
};

/** Types a line, but for the port and for how `npx` finds the command of this checkout. */
function type(line: string, cwd: string) {
  const typed = line
    .replace('npx meshgate', `exec '${process.execPath}' '${MESHGATE}'`)
    .replace('--port 4000', '--port 0');
  return startCommand('/bin/sh', ['-c', typed], { cwd });
}

/** Starts the gateway of a line; lines that ask it are typed with its port. */
async function serve(line: string, cwd: string) {
  const gateway = type(line, cwd);
  const stop = async () => {
    gateway.child.kill('SIGINT');
    await gateway.ended;
  };
  onTestFinished(stop);
  await gateway.waitFor('"msg":"gateway listens"');
  const [, url = ''] = /"url":"([^"]+)","supergraph"/.exec(gateway.stdout()) ?? [];
  const run = async (asking: string, more = '') => {
    const typed = asking.replace('http://127.0.0.1:4000', url) + more;
    return (await promisify(execFile)('/bin/sh', ['-c', typed])).stdout;
  };
  return { gateway, run, ask: async (asking: string) => JSON.parse(await run(asking)) };
}

test('the page checks manifests against the supergraph and the next one', async () => {
  const cwd = await createPlace();
  const run = async (line: string) => {
    const command = type(line, cwd);
    const { code } = await command.ended;
    return { code, stdout: command.stdout(), stderr: command.stderr() };
  };

  expect(await run(check)).toEqual({ code: 0, stdout: fits, stderr: '' });
  expect(await run(checkNew)).toEqual({ code: 1, stdout: doesNotFit, stderr: '' });
});

test('the identifiers of the page are those that the builds make', () => {
  const digest = (name: string, text: unknown) =>
    createHash(name).update(String(text)).digest('hex');
  const [{ id, body }] = JSON.parse(apollo).operations;
  const [[relayId, text] = []] = Object.entries(JSON.parse(relay));

  expect([id, relayId]).toEqual([digest('sha256', body), digest('md5', text)]);
});

test('the page goes from prefer to only, and counts what is not on the list', async () => {
  const cwd = await createPlace();
  const preferring = await serve(prefer, cwd);
  await preferring.gateway.waitFor('the operation list was checked');

  expect(await preferring.ask(byApollo)).toEqual(ofApollo);
  expect(await preferring.ask(byRelay)).toEqual(ofRelay);
  expect(await preferring.ask(byText)).toEqual(ofText);
  await preferring.gateway.waitFor('a document that is not in the operation list was answered');
  expect(await preferring.run(seeMetrics)).toBe(metrics);

  const strict = await serve(only, cwd);
  expect(await strict.ask(byApollo)).toEqual(ofApollo);
  expect(await strict.ask(byRelay)).toEqual(ofRelay);
  expect(await strict.ask(byText)).toEqual(refused);
  expect(await strict.run(byText, " -o /dev/null -w '%{http_code}'")).toBe('403');
});

test('the page registers a text, and asks by GET in a way that caches can answer', async () => {
  const { run, ask } = await serve(alone, await createPlace());
  const headersOf = async (line: string) =>
    (await run(line, ' -o /dev/null -D -'))
      .split('\r\n')
      .filter((one) => /^cache-control/.test(one));

  expect(await ask(byGet)).toEqual(notFound);
  expect(await headersOf(byGet)).toEqual(['cache-control: no-store']);
  expect(await ask(register)).toEqual(registered);
  expect(await ask(byGet)).toEqual(registered);
  expect(await headersOf(byGet)).toEqual([
    expect.stringMatching(/^cache-control: max-age=(60|59|58), public$/),
  ]);
});
