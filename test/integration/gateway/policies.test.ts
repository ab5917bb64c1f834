import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import type { FixtureSubgraph } from '../../support/federation-fixture.ts';
import { serveFederation } from '../../support/serve-federation.ts';
import { writeFolder } from '../../support/write-folder.ts';

const payroll: FixtureSubgraph = {
  name: 'payroll',
  sdl: `
    type Query { person: Person }
    type Person {
      name: String
      salary: Int @policy(policies: [["payroll"]])
      rating: Int @policy(policies: [["payroll", "west"], ["signed-in"]])
      broken: Int @policy(policies: [["broken"]])
      typo: Int @policy(policies: [["payrol"]])
      diary: Int @policy(policies: [["person"]])
    }
  `,
  resolvers: {
    Query: { person: () => ({ name: 'Ada', salary: 7, rating: 5, broken: 1, typo: 1, diary: 3 }) },
  },
};

const permit = (policy: string, condition: string) =>
  `permit (principal, action == Meshgate::Action::"use", resource == Meshgate::Policy::"${policy}") when { ${condition} };\n`;

const POLICIES = {
  'payroll.cedar':
    permit('payroll', 'principal.scopes.contains("hr")') +
    permit('west', 'principal.hasTag("regions") && principal.getTag("regions").contains("West")'),
  'broken.cedar': permit(
    'broken',
    '9223372036854775807 + (if principal.authenticated then 1 else 0) > 0',
  ),
  'notes.txt': 'not a policy',
};

async function folderOf(files: Readonly<Record<string, string>>): Promise<string> {
  const folder = await writeFolder(files);
  onTestFinished(() => folder.remove());
  return folder.path;
}

async function serve(settings: Readonly<Record<string, string>>) {
  const gateway = await serveFederation([payroll], settings);
  return {
    ...gateway,
    async ask(query: string, claims?: object) {
      const headers: Record<string, string> =
        claims === undefined ? {} : { authorization: `Bearer ${await gateway.token(claims)}` };
      const { body } = await gateway.post({ query }, headers);
      return { data: body.data, refused: body.errors?.map(({ path }) => path?.join('.')) ?? [] };
    },
    async decisions() {
      const text = await (await fetch(`${gateway.url}/metrics`)).text();
      return text.split('\n').filter((line) => line.startsWith('gateway_policy_decisions_total'));
    },
  };
}

test('a policy holds for the callers of whom Cedar says so, and its fields are theirs', async () => {
  const { ask, received } = await serve({ POLICY_FOLDER: await folderOf(POLICIES) });
  const query = '{ person { name salary rating } }';

  expect(await ask(query)).toEqual({
    data: { person: { name: 'Ada', salary: null, rating: null } },
    refused: ['person.salary', 'person.rating'],
  });
  expect(await ask(query, { scope: 'hr' })).toEqual({
    data: { person: { name: 'Ada', salary: 7, rating: null } },
    refused: ['person.rating'],
  });
  expect(await ask(query, { scope: 'hr', regions: ['East', 'West'] })).toEqual({
    data: { person: { name: 'Ada', salary: 7, rating: 5 } },
    refused: [],
  });
  expect(await ask(query, { regions: 'West' })).toEqual({
    data: { person: { name: 'Ada', salary: null, rating: null } },
    refused: ['person.salary', 'person.rating'],
  });
  expect(received.map((request) => request.query)).toEqual([
    '{person{name}}',
    '{person{name salary}}',
    '{person{name salary rating}}',
    '{person{name}}',
  ]);
});

test('a name that no policy mentions holds for nobody', async () => {
  const { ask } = await serve({ POLICY_FOLDER: await folderOf(POLICIES) });

  expect(await ask('{ person { name typo } }', { scope: 'hr' })).toEqual({
    data: { person: { name: 'Ada', typo: null } },
    refused: ['person.typo'],
  });
});

test('a policy that cannot be decided does not hold, and is logged once', async () => {
  const folder = await folderOf(POLICIES);
  const log = join(await folderOf({}), 'gateway.log');
  const { ask, decisions, close } = await serve({
    POLICY_FOLDER: folder,
    LOG_LEVEL: 'error',
    LOG_FILE: log,
  });
  const query = '{ person { broken name } }';

  expect((await ask(query)).refused).toEqual([]);
  expect((await ask(query, { sub: 'ada' })).refused).toEqual(['person.broken']);
  expect((await ask(query, { sub: 'bob' })).refused).toEqual(['person.broken']);

  expect(await decisions()).toEqual([
    'gateway_policy_decisions_total{result="allowed"} 1',
    'gateway_policy_decisions_total{result="failed"} 2',
  ]);
  await close();
  const lines = (await readFile(log, 'utf8')).trimEnd().split('\n');
  expect(lines.map((line) => JSON.parse(line))).toEqual([
    expect.objectContaining({ policy: 'broken', rules: ['broken.cedar:1:1'] }),
  ]);
});

test('only what an operation mentions is decided, once for each caller', async () => {
  const { ask, decisions } = await serve({ POLICY_FOLDER: await folderOf(POLICIES) });

  await ask('{ person { name } }', { scope: 'hr' });
  expect(await decisions()).toEqual([]);

  await ask('{ person { salary } }', { scope: 'hr' });
  await ask('{ person { salary name } }', { scope: 'hr', iat: 1 });
  expect(await decisions()).toEqual(['gateway_policy_decisions_total{result="allowed"} 1']);
  await ask('{ person { salary } }');
  expect(await decisions()).toEqual([
    'gateway_policy_decisions_total{result="allowed"} 1',
    'gateway_policy_decisions_total{result="denied"} 1',
  ]);
});

test('without a folder, the policies that come with the gateway decide', async () => {
  const { ask } = await serve({});

  expect((await ask('{ person { diary } }', { scope: '' })).data).toEqual({ person: { diary: 3 } });
  expect((await ask('{ person { diary } }')).refused).toEqual(['person.diary']);
});

test('with an empty folder, no policy holds', async () => {
  const { ask } = await serve({ POLICY_FOLDER: await folderOf({}) });

  expect((await ask('{ person { diary salary } }', { scope: 'hr' })).refused).toEqual([
    'person.diary',
    'person.salary',
  ]);
});

test('a gateway with a policy that does not fit does not start, and says where it is', async () => {
  const folder = await folderOf({ ...POLICIES, 'x.cedar': '\n\npermit (principal, action);' });

  await expect(serve({ POLICY_FOLDER: folder })).rejects.toMatchObject({
    code: 'CONFIG_INVALID',
    message: expect.stringMatching(
      /^POLICY_FOLDER: expected Cedar policies that fit gateway\/policies\/meshgate\.cedarschema, but in .* there is:\n {2}x\.cedar:3:\d+: /,
    ),
  });
});

test('a gateway whose folder of policies is missing does not start', async () => {
  const missing = join(await folderOf({}), 'missing');

  await expect(serve({ POLICY_FOLDER: missing })).rejects.toMatchObject({
    code: 'CONFIG_INVALID',
    message: `POLICY_FOLDER: expected a folder of policies at ${missing}, but it cannot be read (ENOENT).`,
  });
});

test('a file beyond its bound is not read', async () => {
  const folder = await folderOf({ 'large.cedar': '/'.repeat(1_048_577) });

  await expect(serve({ POLICY_FOLDER: folder })).rejects.toMatchObject({
    code: 'CONFIG_INVALID',
    message: `POLICY_FOLDER: expected at most 1048576 bytes in ${join(folder, 'large.cedar')}.`,
  });
});
