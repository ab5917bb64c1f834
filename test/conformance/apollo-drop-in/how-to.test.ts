import { execFile } from 'node:child_process';
import { mkdir, readdir, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, onTestFinished, test } from 'vitest';
import type { FixtureSubgraph } from '../../support/federation-fixture.ts';
import { findMarkdownBlocks } from '../../support/markdown-blocks.ts';
import { readProjectFile } from '../../support/project-files.ts';
import { PLAIN_ENVIRONMENT, PROJECT_FOLDER, startCommand } from '../../support/run-command.ts';
import { serveSubgraphs } from '../../support/serve-subgraphs.ts';
import { writeFolder } from '../../support/write-folder.ts';

const run = promisify(execFile);

const staff: FixtureSubgraph = {
  name: 'staff',
  sdl: `
    type Query { people: [Person!]! }
    type Person @key(fields: "id") { id: ID! name: String salary: Int @requiresScopes(scopes: [["payroll"]]) }
  `,
  resolvers: {
    Query: { people: () => [{ id: 'p1', name: 'Ada', salary: 7 }] },
    Person: { __resolveReference: ({ id }: { id: string }) => ({ id }) },
  },
};

const SUBGRAPHS = [staff];
const QUERY = '{ people { name salary } }';

const servers = findMarkdownBlocks(readProjectFile('docs/how-to/use-with-apollo-server.md'))
  .filter(({ info }) => info === 'js server')
  .map(({ text }) => text);

/** A folder in which the package is installed as it is packed, beside what it depends on. */
async function installPackage(files: Readonly<Record<string, string>>): Promise<string> {
  const { path, remove } = await writeFolder(files);
  onTestFinished(remove);
  const { stdout } = await run(
    'npm',
    ['pack', '--ignore-scripts', '--silent', '--pack-destination', path],
    { cwd: PROJECT_FOLDER },
  );
  const modules = join(path, 'node_modules');
  await mkdir(modules);
  await run('tar', ['-xzf', join(path, stdout.trim()), '-C', modules]);
  await run('mv', [join(modules, 'package'), join(modules, 'meshgate')]);
  for (const name of await readdir(join(PROJECT_FOLDER, 'node_modules'))) {
    if (name.startsWith('.')) continue;
    await symlink(join(PROJECT_FOLDER, 'node_modules', name), join(modules, name));
  }
  return path;
}

/** Runs a server of the page from the packed package and asks it as somebody with a session. */
async function askServer(cwd: string, file: string): Promise<unknown> {
  const command = startCommand(process.execPath, [file], {
    cwd,
    env: { ...PLAIN_ENVIRONMENT, PORT: '0' },
  });
  onTestFinished(async () => {
    command.child.kill();
    await command.ended;
  });
  await command.waitFor('http://');
  const [url = ''] = command.stdout().split('\n');
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: 'Bearer good' },
    body: JSON.stringify({ query: QUERY }),
  });
  return response.json();
}

test('the servers of the how-to run on the packed package', async () => {
  const { supergraphSdl, received } = await serveSubgraphs(SUBGRAPHS);
  const folder = await installPackage({
    'supergraph.graphql': supergraphSdl,
    'package.json': '{"type":"module"}',
    'first.js': servers[0] ?? '',
    'second.js': servers[1] ?? '',
  });

  expect(servers.length).toBe(2);
  expect(await askServer(folder, 'first.js')).toMatchObject({
    data: { people: [{ name: 'Ada', salary: null }] },
    errors: [{ extensions: { code: 'UNAUTHORIZED_FIELD_OR_TYPE' } }],
  });
  expect(await askServer(folder, 'second.js')).toEqual({
    data: { people: [{ name: 'Ada', salary: 7 }] },
  });
  expect(received.map(({ headers }) => headers.authorization)).toEqual([undefined, 'Bearer good']);
});
