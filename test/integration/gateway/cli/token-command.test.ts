import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { Command } from 'commander';
import { decodeJwt } from 'jose';
import { expect, onTestFinished, test } from 'vitest';

import { addTokenCommand } from '../../../../gateway/cli/token-command.ts';
import { loadOrCreateDevelopmentIssuer } from '../../../../gateway/identity/trust/development-issuer.ts';

async function makeDataFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'meshgate-data-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  await loadOrCreateDevelopmentIssuer(folder);
  return folder;
}

/** Runs `meshgate token` with these arguments and returns what it prints. */
async function run(...argv: string[]): Promise<string> {
  let printed = '';
  const write = (text: string) => {
    printed += text;
  };
  const program = new Command('meshgate').exitOverride().configureOutput({ writeErr: () => {} });
  addTokenCommand(program, { stdout: { write } });
  for (const command of program.commands) command.copyInheritedSettings(program);
  await program.parseAsync(['token', ...argv], { from: 'user' });
  return printed;
}

test('prints a token on one line and nothing else', async () => {
  const printed = await run('--sub', 'ana', '--data', await makeDataFolder());

  expect(printed).toMatch(/^[\w-]+\.[\w-]+\.[\w-]+\n$/);
  const { iat = 0, ...claims } = decodeJwt(printed.trim());
  expect(claims).toEqual({
    iss: 'http://127.0.0.1/meshgate-development',
    sub: 'ana',
    aud: 'meshgate',
    scope: '',
    exp: iat + 3600,
  });
});

test('prints the token with what it says as JSON', async () => {
  const data = await makeDataFolder();

  const facts = JSON.parse(
    await run(
      '--sub',
      'ana',
      '--scope',
      'a b',
      '--claim',
      'desk=x',
      '--ttl',
      '1d',
      '--data',
      data,
      '--json',
    ),
  );

  const { exp = 0, iat = 0 } = decodeJwt(facts.token);
  expect(exp - iat).toBe(86_400);
  expect(facts).toEqual({
    token: expect.any(String),
    issuer: 'http://127.0.0.1/meshgate-development',
    audience: 'meshgate',
    subject: 'ana',
    scopes: ['a', 'b'],
    claims: { desk: 'x' },
    expiresAt: new Date(exp * 1000).toISOString(),
  });
});

test.each([
  [['regions=West'], { regions: 'West' }],
  [['regions=West,East'], { regions: ['West', 'East'] }],
  [['regions=["West"]'], { regions: ['West'] }],
  [['regions=[]'], { regions: [] }],
  [['regions=West', 'regions=East'], { regions: ['West', 'East'] }],
  [['regions=West', 'desk=a=b'], { regions: 'West', desk: 'a=b' }],
  [['regions='], { regions: '' }],
])('reads the claims %j as %j', async (claims, expected) => {
  const options = claims.flatMap((claim) => ['--claim', claim]);

  const printed = await run('--sub', 'ana', ...options, '--data', await makeDataFolder());

  expect(decodeJwt(printed.trim())).toMatchObject(expected);
});

test('collects the scopes of a repeated option', async () => {
  const data = await makeDataFolder();

  const printed = await run('--sub', 'ana', '--scope', 'a  b', '--scope', 'c', '--data', data);

  expect(decodeJwt(printed.trim())).toMatchObject({ scope: 'a b c' });
});

test.each([
  ['90s', 90],
  ['15m', 900],
  ['2h', 7200],
  ['366d', 31_622_400],
])('reads the time to live %s as %d seconds', async (ttl, seconds) => {
  const printed = await run('--sub', 'ana', '--ttl', ttl, '--data', await makeDataFolder());

  const { exp = 0, iat = 0 } = decodeJwt(printed.trim());
  expect(exp - iat).toBe(seconds);
});

test.each(['', '1', '1w', '1.5h', '-1h', '0s', '367d', '1 h', '9999999999s'])(
  'refuses %j as time to live',
  async (ttl) => {
    await expect(run('--sub', 'ana', `--ttl=${ttl}`)).rejects.toThrow(
      'Expected a time from 1s to 366d, such as 90s, 15m, 1h or 30d.',
    );
  },
);

test.each([
  ['regions', 'Expected name=value.'],
  ['=West', 'Expected name=value.'],
  ['a b=West', 'Expected name=value.'],
  ['regions=[West]', 'Expected a JSON array, as the value starts with [.'],
  ['sub=root', 'The claim sub is set by other options or by the issuer.'],
  ['exp=9999999999', 'The claim exp is set by other options or by the issuer.'],
])('refuses the claim %j', async (claim, reason) => {
  await expect(run('--sub', 'ana', '--claim', claim)).rejects.toThrow(reason);
});

test('demands a subject', async () => {
  await expect(run()).rejects.toThrow("required option '--sub <subject>' not specified");
  await expect(run('--sub', '')).rejects.toThrow('Expected a name that is not empty.');
});

test('says what to do where no mesh has run yet', async () => {
  const folder = join(await makeDataFolder(), 'none');

  await expect(run('--sub', 'ana', '--data', folder)).rejects.toMatchObject({
    code: 'CONFIG_INVALID',
    message: `Expected the data folder of a mesh, but ${folder} has no development issuer; run npm start first, or name the folder with --data.`,
  });
});
