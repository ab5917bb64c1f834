import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { runCommandLine } from '../../../../../gateway/cli/command-line.ts';
import { createFederation } from '../../../../support/federation-fixture.ts';
import { createCommandTools } from '../../../../support/text-stream.ts';
import { writeFolder } from '../../../../support/write-folder.ts';

const compose = (sdl: string) =>
  createFederation([{ name: 'crm', sdl, resolvers: {} }]).supergraphSdl;

const BEFORE = compose(`
  type Query { account: Account note: Note }
  type Account { id: ID! email: String @requiresScopes(scopes: [["pii"]]) phone: String old: Int }
  type Note @authenticated { text: String }
`);
const AFTER = compose(`
  type Query { account: Account note: Note }
  type Account { id: ID! email: String @requiresScopes(scopes: [["support"], ["pii", "read"]])
    phone: String @authenticated new: Int @policy(policies: [["p"]]) }
  type Note { text: String }
`);

async function diff(older: string, newer: string, ...more: readonly string[]) {
  const { path, remove } = await writeFolder({ 'old.graphql': older, 'new.graphql': newer });
  onTestFinished(remove);
  const tools = createCommandTools();
  const files = ['old.graphql', 'new.graphql'].map((name) => join(path, name));
  const args = ['node', 'meshgate', 'access', 'diff', ...files, ...more];
  const code = await runCommandLine(args, tools);
  return { code, stdout: tools.stdout.text() };
}

test('says for whom fields become readable and unreadable, and that this is a finding', async () => {
  expect(await diff(BEFORE, AFTER)).toEqual({
    code: 1,
    stdout: `Account.email becomes readable for: scope support, and not (scope pii)
Account.email becomes unreadable for: scope pii, and not (scope support or scope pii + scope read)
Account.new is new, readable for: policy p
Account.old is gone, was readable for: everybody
Account.phone becomes unreadable for: everybody, and not (authenticated)
Note.text becomes readable for: everybody, and not (authenticated)
Query.note becomes readable for: everybody, and not (authenticated)
`,
  });
});

test('is content where nobody can read more', async () => {
  const closed = BEFORE.replace('old: Int', 'old: Int @authenticated');

  expect(await diff(BEFORE, BEFORE)).toEqual({
    code: 0,
    stdout: 'Everybody can read what they could read before.\n',
  });
  expect(await diff(BEFORE, closed)).toEqual({
    code: 0,
    stdout: 'Account.old becomes unreadable for: everybody, and not (authenticated)\n',
  });
});

test('prints facts with names that stay', async () => {
  const { code, stdout } = await diff(BEFORE, AFTER, '--json');
  const { changes, ...versions } = JSON.parse(stdout);

  expect(code).toBe(1);
  expect(versions).toEqual({
    before: expect.stringMatching(/^[\da-f]{16}$/),
    after: expect.stringMatching(/^[\da-f]{16}$/),
  });
  expect(changes).toContainEqual({
    coordinate: 'Account.email',
    change: 'changed',
    readableFor: [['scope support']],
    unreadableFor: [['scope pii']],
    before: [['scope pii']],
    after: [['scope support'], ['scope pii', 'scope read']],
  });
});

const CLASSIFIED = compose(`
  type Query { account: Account }
  type Account { id: ID! email: String @requiresScopes(scopes: [["pii"]]) @tag(name: "personal") }
`);
const rules = (...lines: readonly string[]) =>
  `version: 1\nclasses: [{ name: personal, tags: [personal] }]\nrules:\n${lines.join('\n')}\n`;
const ALLOW = '  - { name: known, for: { authenticated: true }, effect: allow }';
const MASK =
  '  - { name: support, for: { roles: [[support]], purposes: [care] }, effect: mask, masks: [{ keepLast: 4 }] }';

async function diffRules(older: string, newer: string, ...more: readonly string[]) {
  const { path, remove } = await writeFolder({
    'old.yaml': older,
    'new.yaml': newer,
    'supergraph.graphql': CLASSIFIED,
  });
  onTestFinished(remove);
  const tools = createCommandTools();
  const code = await runCommandLine(
    [
      ...['node', 'meshgate', 'access', 'diff', '--supergraph', join(path, 'supergraph.graphql')],
      ...['--rules-old', join(path, 'old.yaml'), '--rules-new', join(path, 'new.yaml'), ...more],
    ],
    tools,
  );
  return { code, stdout: tools.stdout.text(), stderr: tools.stderr.text() };
}

test('says for whom other rules mask a field, and finds fault only where they open it', async () => {
  const before = rules(ALLOW);
  const after = rules(MASK, ALLOW);
  const whom = `for any of:
  role support + full grant Account.email + purpose care
  scope pii + role support + purpose care
`;
  // Who is granted the field masked sees it by the first mask that rules have for it.
  const masked = `for any of:
  grant Account.email + not scope pii + not full grant Account.email
`;

  expect(await diffRules(before, after)).toEqual({
    code: 1,
    stdout: `Account.email becomes masked (keepLast:4), was masked (redacted), ${masked}Account.email becomes masked (keepLast:4), was readable, ${whom}`,
    stderr: '',
  });
  expect(await diffRules(after, before)).toEqual({
    code: 1,
    stdout: `Account.email becomes masked (redacted), was masked (keepLast:4), ${masked}Account.email becomes readable, was masked (keepLast:4), ${whom}`,
    stderr: '',
  });
  const closed = rules('  - { name: nobody, effect: deny }');
  expect(await diffRules(before, closed)).toMatchObject({ code: 0 });
});

test('prints changes by rules as facts', async () => {
  const { stdout } = await diffRules(rules(MASK, ALLOW), rules(ALLOW), '--json');

  expect(JSON.parse(stdout)).toEqual({
    supergraph: expect.stringMatching(/^[\da-f]{16}$/),
    before: expect.stringMatching(/^[\da-f]{16}$/),
    after: expect.stringMatching(/^[\da-f]{16}$/),
    changes: [
      {
        coordinate: 'Account.email',
        before: { read: 'masked', masks: ['keepLast:4'] },
        after: { read: 'masked', masks: ['redacted'] },
        opens: true,
        callers: [
          { holds: ['grant Account.email'], holdsNot: ['scope pii', 'full grant Account.email'] },
        ],
      },
      {
        coordinate: 'Account.email',
        before: { read: 'masked', masks: ['keepLast:4'] },
        after: { read: 'yes', masks: [] },
        opens: true,
        callers: [
          { holds: ['role support', 'full grant Account.email', 'purpose care'], holdsNot: [] },
          { holds: ['scope pii', 'role support', 'purpose care'], holdsNot: [] },
        ],
      },
    ],
    untold: [],
  });
});

test('says of which callers it is not told what changes, and finds fault', async () => {
  const names = Array.from({ length: 12 }, (_, place) => `f${place}`);
  const fields = names.map(
    (name) => `${name}: String @tag(name: "personal") @requiresScopes(scopes: [["${name}"]])`,
  );
  const wide = createFederation([
    {
      name: 'crm',
      sdl: `
        type Query { account: Account }
        type Account @key(fields: "id") { id: ID! name: String @tag(name: "personal") ${fields.join(' ')} }
      `,
      resolvers: {},
    },
    {
      name: 'desk',
      sdl: `
        type Account @key(fields: "id") { id: ID! name: String @external
          greeting: String @requires(fields: "name") }
      `,
      resolvers: {},
    },
  ]).supergraphSdl;
  const { path, remove } = await writeFolder({ 'wide.graphql': wide });
  onTestFinished(remove);

  const { code, stdout } = await diffRules(
    rules(ALLOW),
    rules('  - { name: nobody, effect: deny }'),
    ...['--supergraph', join(path, 'wide.graphql')],
  );

  expect(code).toBe(1);
  expect(stdout.split('\n').at(-2)).toBe(
    'Account.greeting: it is not told what changes for those with masked grants of other fields, as their kinds are too many',
  );
});

const policy = (name: string, condition: string) =>
  `permit (principal, action, resource == Meshgate::Policy::"${name}") when { ${condition} };\n`;

async function diffPolicies(older: string, newer: string, ...more: readonly string[]) {
  const supergraph = compose(`
    type Query { account: Account }
    type Account { id: ID! email: String @policy(policies: [["mail"]]) limit: Int @policy(policies: [["credit"]]) }
  `);
  const { path, remove } = await writeFolder({
    'old/a.cedar': older,
    'new/b.cedar': newer,
    'supergraph.graphql': supergraph,
  });
  onTestFinished(remove);
  const tools = createCommandTools();
  const code = await runCommandLine(
    [
      ...['node', 'meshgate', 'access', 'diff', '--supergraph', join(path, 'supergraph.graphql')],
      ...['--policies-old', join(path, 'old'), '--policies-new', join(path, 'new'), ...more],
    ],
    tools,
  );
  return { code, stdout: tools.stdout.text(), stderr: tools.stderr.text() };
}

const SUPPORT = 'principal.roles.contains("support")';
const WEST = 'principal.hasTag("regions") && principal.getTag("regions").contains("West")';

test('says for whom other policies open a field, and which change no table can show', async () => {
  const before = policy('mail', SUPPORT) + policy('credit', WEST) + policy('spare', 'true');
  const after =
    policy('mail', `${SUPPORT} || principal.scopes.contains("mail")`) +
    policy('credit', `${WEST} || ${SUPPORT}`);

  expect(await diffPolicies(before, `// All of them.\n${before}`)).toEqual({
    code: 0,
    stdout: 'Everybody can read what they could read before.\n',
    stderr: '',
  });
  expect(await diffPolicies(before, after)).toEqual({
    code: 1,
    stdout: `Account.email becomes readable for any of:
  scope mail + not role support
policy credit says something else and looks at claim regions: no table tells who can read Account.limit
policy spare says something else and protects nothing here
`,
    stderr: '',
  });
  expect(await diffPolicies(policy('mail', `${SUPPORT} || true`), policy('mail', SUPPORT))).toEqual(
    {
      code: 0,
      stdout: `Account.email becomes unreadable for any of:
  not role support
`,
      stderr: '',
    },
  );
});

test('prints changes by policies as facts', async () => {
  const { stdout } = await diffPolicies('', policy('mail', SUPPORT), '--json');

  expect(JSON.parse(stdout)).toEqual({
    supergraph: expect.stringMatching(/^[\da-f]{16}$/),
    before: expect.stringMatching(/^[\da-f]{16}$/),
    after: expect.stringMatching(/^[\da-f]{16}$/),
    changes: [
      {
        coordinate: 'Account.email',
        readableFor: [{ holds: ['role support'], holdsNot: [] }],
        unreadableFor: [],
      },
    ],
    opaque: [],
    idle: [],
  });
});

test('policies that do not fit the schema are not compared', async () => {
  const { code, stderr } = await diffPolicies('', policy('mail', 'principal.role == "x"'));

  expect(code).toBe(1);
  expect(stderr).toMatch(/b\.cedar:1:\d+: attribute `role`/);
});

test('compares two supergraphs, versions of rules or folders of policies, and one of them only', async () => {
  const rulesAndFile = await diffRules(rules(ALLOW), rules(ALLOW), 'old.graphql');
  const tools = createCommandTools();
  const halfCode = await runCommandLine(['node', 'meshgate', 'access', 'diff', 'a.graphql'], tools);

  const both = await diffRules(rules(ALLOW), rules(ALLOW), '--policies-old', 'a');
  const half = await diffPolicies('', '', 'old.graphql');

  expect([rulesAndFile.code, both.code, half.code]).toEqual([2, 2, 2]);
  expect(halfCode).toBe(2);
  expect(rulesAndFile.stderr).toContain('expected either two supergraphs, or --rules-old');
});
