import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { expect, onTestFinished, test } from 'vitest';
import { findMarkdownBlocks } from '../support/markdown-blocks.ts';
import { MESHGATE, PLAIN_ENVIRONMENT, startCommand } from '../support/run-command.ts';
import { serveSubgraphs } from '../support/serve-subgraphs.ts';
import { createTokenIssuer } from '../support/token-issuer.ts';
import { writeFolder } from '../support/write-folder.ts';

const page = await readFile(
  new URL('../../docs/how-to/protect-a-field.md', import.meta.url),
  'utf8',
);
const blocks = findMarkdownBlocks(page);
const textsOf = (info: string) =>
  blocks.filter((block) => block.info === info).map(({ text }) => text);

const [sdl = ''] = textsOf('graphql');
const [policy = ''] = textsOf('cedar');
const [settings = ''] = textsOf('yaml');
const [complaint = ''] = textsOf('text');
const [refused, answered, listed] = textsOf('json').map((text) => JSON.parse(text));
const commands = textsOf('sh');
const [serve = '', dryRun = ''] = commands.filter((line) => line.includes('npx meshgate serve'));
const [askAnonymously = '', askWithToken = ''] = commands.filter((line) => line.startsWith('curl'));

const ana = { id: '7', name: 'Ana', email: 'ana@acme.example', salary: 4200 };

/** The files that the page names, over a subgraph of its schema. */
async function createPlace() {
  const { supergraphSdl, received } = await serveSubgraphs([
    { name: 'staff', sdl, resolvers: { Query: { employee: () => ana } } },
  ]);
  const issuer = await createTokenIssuer('https://id.example.com/');
  const folder = await writeFolder({
    'supergraph.graphql': supergraphSdl,
    'policies/payroll.cedar': policy,
    'meshgate.yaml': settings,
    'jwks.json': JSON.stringify({ keys: [issuer.publicJwk] }),
  });
  onTestFinished(() => folder.remove());
  const token = (claims: object) => {
    const now = Math.floor(Date.now() / 1000);
    const fixed = { iss: issuer.issuer, aud: 'meshgate', sub: 'bo', iat: now, exp: now + 300 };
    return issuer.sign({ ...fixed, ...claims });
  };
  return { folder, received, token };
}

/** Types a line that serves, but for the port and for how `npx` finds the command of this checkout. */
function startTyped(line: string, cwd: string, env: Readonly<Record<string, string>> = {}) {
  const typed = line
    .replace('npx meshgate', `exec '${process.execPath}' '${MESHGATE}'`)
    .replace('--port 4000', '--port 0')
    // The shell makes way for the command, so that what is stopped is the command.
    .replace(/^(\w+=\w+) exec /, 'export $1; exec ');
  const command = startCommand('/bin/sh', ['-c', typed], {
    cwd,
    env: { ...PLAIN_ENVIRONMENT, ...env },
  });
  onTestFinished(async () => {
    command.child.kill('SIGINT');
    await command.ended;
  });
  return command;
}

async function listen(line: string, cwd: string, env: Readonly<Record<string, string>> = {}) {
  const command = startTyped(line, cwd, env);
  await command.waitFor('"msg":"gateway listens"');
  const [, url = ''] =
    /"url":"([^"]+)","supergraph":"[^"]+","mode":"production"/.exec(command.stdout()) ?? [];
  return async (curl: string, token = '') => {
    const typed = curl.replace('http://127.0.0.1:4000', url);
    const { stdout } = await promisify(execFile)('/bin/sh', ['-c', typed], {
      env: { ...PLAIN_ENVIRONMENT, TOKEN: token },
    });
    return JSON.parse(stdout);
  };
}

test('the page protects a field, in one process and in several', async () => {
  const { folder, received, token } = await createPlace();
  const payroll = await token({ roles: ['payroll'], purpose: 'salary-run' });
  const elsewhere = await token({ roles: ['payroll'], purpose: 'marketing' });

  for (const workers of ['1', '2']) {
    received.length = 0;
    const ask = await listen(serve, folder.path, { WORKERS: workers });

    expect(await ask(askAnonymously)).toEqual(refused);
    expect(received.map(({ query }) => query)).toEqual([expect.stringMatching(/\{ ?id ?\}\}$/)]);
    expect(await ask(askWithToken, payroll)).toEqual(answered);
    expect(await ask(askWithToken, elsewhere)).toEqual({
      data: { employee: { ...answered.data.employee, salary: null } },
      errors: [refused.errors[2]],
    });
  }
});

test('the dry run of the page lists what would be refused', async () => {
  const { folder } = await createPlace();
  const ask = await listen(dryRun, folder.path);

  expect(await ask(askAnonymously)).toEqual(listed);
});

test.each(['1', '2'])(
  'with %s processes, a policy that is wrong stops the start with what the page shows',
  async (workers) => {
    const { folder } = await createPlace();
    await folder.write({
      'policies/payroll.cedar': policy.replace('principal.roles', 'principal.role'),
    });
    const command = startTyped(serve, folder.path, { WORKERS: workers });

    expect((await command.ended).code).toBe(1);
    expect(command.stderr()).toContain(complaint);
  },
);
