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
