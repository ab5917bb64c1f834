import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';

import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';

import { findMarkdownBlocks } from '../support/markdown-blocks.ts';
import { MESHGATE, startCommand } from '../support/run-command.ts';
import { type MeshUnderTest, startMesh } from '../support/start-mesh.ts';

const root = new URL('../../', import.meta.url);
const read = (path: string) => readFile(new URL(path, root), 'utf8');

const blocks = findMarkdownBlocks(await read('README.md'));
/** Each line that the page asks its reader to type, in order. */
const commands = blocks
  .filter(({ info }) => info === 'sh')
  .flatMap(({ text }) => text.split('\n'))
  .filter((line) => line !== '');

/** The mesh of `npm start` and the system packages are there before the test; these it does not run again. */
const DONE_BEFORE = ['npm ci', 'npm start', 'apt-get install -y redis-server chromium'];
const isServer = (line: string) => line.startsWith('npx meshgate serve ');
const isRun = (line: string) => !DONE_BEFORE.includes(line) && !isServer(line);

let mesh: MeshUnderTest;
beforeAll(async () => {
  mesh = await startMesh();
});
afterAll(() => mesh.stop());

/** What differs from the page: the gateway's port, and that `npx` finds the command of this checkout. */
const substitute = (line: string) =>
  line
    .replaceAll('http://127.0.0.1:4000', mesh.url)
    .replaceAll('npx meshgate', `'${process.execPath}' '${MESHGATE}'`);

/** Runs lines in one shell, in the folder whose `.meshgate` is the mesh's; any failure ends it. */
async function runInShell(lines: readonly string[]): Promise<string> {
  const script = ['set -eu', ...lines.map(substitute)].join('\n');
  const { stdout } = await promisify(execFile)('/bin/sh', ['-c', script], { cwd: mesh.folder });
  return stdout;
}

test('each command of the README works as it is typed, and answers what is printed below it', async () => {
  const printed = blocks.filter(({ info }) => info === 'json').map(({ text }) => JSON.parse(text));

  const output = await runInShell(
    commands.filter(isRun).map((line) => (line.startsWith('curl ') ? `${line}; echo` : line)),
  );

  const answers = output.split('\n').filter((line) => line !== '');
  expect(answers.map((line) => JSON.parse(line))).toEqual(printed);
});

test('the README shows what a start prints, but for ports and seconds', async () => {
  const withoutNumbers = (text: string) =>
    text.replace(/:\d+/g, ':PORT').replace(/[\d.]+ s$/gm, '');
  const shown = blocks.find(({ info }) => info === 'text')?.text ?? '';

  expect(withoutNumbers(mesh.command.stdout())).toContain(withoutNumbers(shown));
});

test('without a token, no data product but the one with open fields is asked', async () => {
  const anonymous = commands.filter((line) => /^curl (?!.*\$TOKEN)/.test(line));

  await runInShell(anonymous);

  expect(anonymous).toHaveLength(1);
  // A request is logged before the next one is looked at.
  await fetch(`${mesh.url}/health/live`);
  const log = await readFile(`${mesh.folder}/.meshgate/logs/gateway.log`, 'utf8');
  expect(log).toContain('"products":["accounts"],"refused":3');
});

test('the README asks what a start offers for pasting', () => {
  const offered = mesh.command
    .stdout()
    .replaceAll(` --data ${mesh.folder}/.meshgate`, '')
    .replaceAll(mesh.url, 'http://127.0.0.1:4000')
    .split('\n');

  expect(offered).toEqual(expect.arrayContaining(commands.filter((line) => /^TOKEN=/.test(line))));
  expect(offered).toEqual(
    expect.arrayContaining(commands.filter((line) => /^curl .*\$TOKEN/.test(line))),
  );
});

test('meshgate serve serves the supergraph that the line above it composes', async () => {
  const [serve = ''] = commands.filter(isServer);
  const [, , , ...args] = serve.replace('--port 4001', '--port 0').split(' ');
  await runInShell(commands.filter((line) => line.startsWith('npx meshgate compose ')));
  const server = startCommand(process.execPath, [MESHGATE, 'serve', ...args], { cwd: mesh.folder });
  onTestFinished(async () => {
    server.child.kill('SIGINT');
    await server.ended;
  });
  await server.waitFor('"msg":"gateway listens"');
  const [, url] = /"url":"([^"]+)"/.exec(server.stdout()) ?? [];

  const response = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ query: '{ __typename }' }),
  });

  expect(await response.json()).toEqual({ data: { __typename: 'Query' } });
});

test('each npm command of the README is a script of the package', async () => {
  const page = await read('README.md');
  const { scripts } = JSON.parse(await read('package.json')) as { scripts: Record<string, string> };

  const named = [...page.matchAll(/`npm (?:run )?([a-z]+)`/g)].map(([, name]) => name);

  expect(named).toEqual(['start', 'test', 'check', 'bench', 'docs']);
  expect(Object.keys(scripts)).toEqual(expect.arrayContaining(named));
});

test('the clean machine of the continuous integration gets the packages that the README names', async () => {
  const [install = ''] = commands.filter((line) => line.startsWith('apt-get install '));
  const packages = install.split(' ').filter((word) => !/^(apt-get|install|-y)$/.test(word));

  const script = await read('.ci/run');

  expect(packages).not.toEqual([]);
  expect(script).toContain(packages.join(' '));
});
