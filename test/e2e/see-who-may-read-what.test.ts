import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect, onTestFinished, test } from 'vitest';
import { findMarkdownBlocks } from '../support/markdown-blocks.ts';
import { readProjectFile } from '../support/project-files.ts';
import { MESHGATE, PLAIN_ENVIRONMENT, startCommand } from '../support/run-command.ts';
import { serveSubgraphs } from '../support/serve-subgraphs.ts';
import { createTokenIssuer } from '../support/token-issuer.ts';
import { writeFolder } from '../support/write-folder.ts';

const page = readProjectFile('docs/how-to/see-who-may-read-what.md');
const blocks = findMarkdownBlocks(page);
const textsOf = (info: string) =>
  blocks.filter((block) => block.info === info).map(({ text }) => text);

const [sdl = ''] = textsOf('graphql');
const [rules = '', newRules = '', settings = ''] = textsOf('yaml');
const [policies = '', newPolicies = ''] = textsOf('cedar');
const [ofAnalyst, ofNobody, difference, ofRules, ofPolicies] = textsOf('text').map(
  (text) => `${text}\n`,
);
const [answer = ''] = textsOf('json');
const [
  matrix = '',
  anonymous = '',
  diff = '',
  diffRules = '',
  diffPolicies = '',
  serve = '',
  curl = '',
] = textsOf('sh');
const [, before = ''] = /(@requiresScopes\(.*?\]\]\))/.exec(sdl) ?? [];
const [, after = ''] = /`(@requiresScopes\(.*?\]\]\))`/.exec(page) ?? [];

const ana = { id: '7', name: 'Ana', email: 'ana@acme.example', salary: 4200 };
const staff = (text: string) => [
  { name: 'staff', sdl: text, resolvers: { Query: { employee: () => ana } } },
];

/** The files that the page names. */
async function createPlace() {
  const issuer = await createTokenIssuer('https://id.example.com/');
  const folder = await writeFolder({
    'supergraph.graphql': (await serveSubgraphs(staff(sdl))).supergraphSdl,
    'new.graphql': (await serveSubgraphs(staff(sdl.replace(before, after)))).supergraphSdl,
    'rules.yaml': rules,
    'new-rules.yaml': newRules,
    'policies/payroll.cedar': policies,
    'new-policies/payroll.cedar': newPolicies,
    'meshgate.yaml': settings,
    'jwks.json': JSON.stringify({ keys: [issuer.publicJwk] }),
  });
  onTestFinished(() => folder.remove());
  const now = Math.floor(Date.now() / 1000);
  const claims = { iss: issuer.issuer, aud: 'meshgate', sub: 'bo', iat: now, exp: now + 300 };
  return { cwd: folder.path, token: await issuer.sign(claims) };
}

/** Types a line, but for the port and for how `npx` finds the command of this checkout. */
function type(line: string, cwd: string) {
  const typed = line
    .replace('npx meshgate', `exec '${process.execPath}' '${MESHGATE}'`)
    .replace('--port 4000', '--port 0');
  return startCommand('/bin/sh', ['-c', typed], { cwd });
}

test('the page says what callers can read and whom a change lets read more', async () => {
  const { cwd } = await createPlace();
  const run = async (line: string) => {
    const command = type(line, cwd);
    const { code } = await command.ended;
    return { code, stdout: command.stdout(), stderr: command.stderr() };
  };

  expect(await run(matrix)).toEqual({ code: 0, stdout: ofAnalyst, stderr: '' });
  expect(await run(anonymous)).toEqual({ code: 0, stdout: ofNobody, stderr: '' });
  expect(after).not.toBe('');
  expect(await run(diff)).toEqual({ code: 1, stdout: difference, stderr: '' });
  expect(await run(diffRules)).toEqual({ code: 1, stdout: ofRules, stderr: '' });
  expect(await run(diffPolicies)).toEqual({ code: 1, stdout: ofPolicies, stderr: '' });
});

test('the page asks a gateway why something is refused', async () => {
  const { cwd, token } = await createPlace();
  const gateway = type(serve, cwd);
  onTestFinished(async () => {
    gateway.child.kill('SIGINT');
    await gateway.ended;
  });
  await gateway.waitFor('"msg":"gateway listens"');
  const [, url = ''] = /"url":"([^"]+)","supergraph"/.exec(gateway.stdout()) ?? [];

  const asked = await promisify(execFile)(
    '/bin/sh',
    ['-c', curl.replace('http://127.0.0.1:4000', url)],
    { env: { ...PLAIN_ENVIRONMENT, TOKEN: token } },
  );

  expect(JSON.parse(asked.stdout)).toEqual(JSON.parse(answer));
});
