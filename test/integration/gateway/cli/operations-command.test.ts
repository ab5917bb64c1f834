import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { runCommandLine } from '../../../../gateway/cli/command-line.ts';
import { createFederation } from '../../../support/federation-fixture.ts';
import { createCommandTools, keepText } from '../../../support/text-stream.ts';
import { writeFolder } from '../../../support/write-folder.ts';

const SUPERGRAPH = createFederation([
  {
    name: 'crm',
    sdl: 'type Query { account: Account } type Account { id: ID! manager: Account }',
    resolvers: {},
  },
]).supergraphSdl;

const operation = (id: string, name: string, body: string, more: object = {}) => ({
  ...{ id, name, body, type: 'query' },
  ...more,
});
const toApollo = (...operations: readonly object[]) =>
  JSON.stringify({ format: 'apollo-persisted-query-manifest', version: 1, operations });

const FITTING = operation('a', 'Account', 'query Account { account { id } }');
const GONE = operation('b', 'Gone', 'query Gone {\n  account { ids missing }\n}', {
  clientName: 'ios',
});
const DEEP = '{ account { manager { manager { id } } } }';

const GONE_PROBLEMS = [
  {
    code: 'GRAPHQL_VALIDATION_FAILED',
    message: 'Cannot query field "ids" on type "Account". Did you mean "id"?',
    locations: [{ line: 2, column: 13 }],
  },
  {
    code: 'GRAPHQL_VALIDATION_FAILED',
    message: 'Cannot query field "missing" on type "Account".',
    locations: [{ line: 2, column: 17 }],
  },
];

interface Given {
  readonly env?: Readonly<Record<string, string>>;
  readonly more?: readonly string[];
  readonly isTerminal?: boolean;
}

/** Checks manifests, each given as a text, against the supergraph. */
async function check(manifests: readonly string[], { env, more, isTerminal }: Given = {}) {
  const names = manifests.map((_, index) => `manifest-${index}.json`);
  const { path, remove } = await writeFolder({
    'supergraph.graphql': SUPERGRAPH,
    ...Object.fromEntries(names.map((name, index) => [name, manifests[index] ?? ''])),
    'meshgate.yaml': 'documentDepth: 3\n',
  });
  onTestFinished(remove);
  const stdout = keepText(isTerminal);
  const tools = { ...createCommandTools(env), stdout };
  const args = [
    ...['operations', 'check', '--manifest', ...names.map((name) => join(path, name))],
    ...['--supergraph', join(path, 'supergraph.graphql')],
    ...(more ?? []).map((word) => word.replace('FOLDER', path)),
  ];
  const code = await runCommandLine(['node', 'meshgate', ...args], tools);
  return { code, stdout: stdout.text(), stderr: tools.stderr.text().replaceAll(path, '') };
}

test('is content where every operation of every manifest fits', async () => {
  const relay = JSON.stringify({ '1': 'query { account { manager { id } } }' });

  expect(await check([toApollo(FITTING), relay])).toEqual({
    code: 0,
    stdout: '2 operations fit the supergraph.\n',
    stderr: '',
  });
});

test('says which operations do not fit, where and why, and that this is a finding', async () => {
  const relay = JSON.stringify({ '1': 'subscription { account }' });

  expect(await check([toApollo(FITTING, GONE), relay])).toEqual({
    code: 1,
    stdout: `Gone b of ios
  GRAPHQL_VALIDATION_FAILED at 2:13: Cannot query field "ids" on type "Account". Did you mean "id"?
  GRAPHQL_VALIDATION_FAILED at 2:17: Cannot query field "missing" on type "Account".
unnamed 1
  OPERATION_KIND_UNSUPPORTED: This gateway answers queries and mutations; the operation is a subscription.
2 of 3 operations do not fit the supergraph.
`,
    stderr: '',
  });
});

test('prints facts with names that stay', async () => {
  const { code, stdout } = await check([toApollo(FITTING, GONE)], { more: ['--json'] });

  expect(code).toBe(1);
  expect(JSON.parse(stdout)).toEqual({
    supergraph: expect.stringMatching(/^[\da-f]{16}$/),
    operations: 2,
    unfit: [{ id: 'b', name: 'Gone', client: 'ios', problems: GONE_PROBLEMS }],
  });
});

test.each<[string, Given]>([
  ['environment', { env: { DOCUMENT_DEPTH: '3' } }],
  ['configuration file', { more: ['--config', 'FOLDER/meshgate.yaml'] }],
])('the limits are those of the gateway in the %s', async (_, given) => {
  const deep = JSON.stringify({ deep: DEEP });

  expect((await check([deep])).code).toBe(0);
  expect(await check([deep], given)).toMatchObject({
    code: 1,
    stdout: expect.stringContaining('DOCUMENT_DEPTH_EXCEEDED: The document may have at most 3'),
  });
});

test('an operation that introspects fits where the gateway lets clients introspect', async () => {
  const introspecting = JSON.stringify({ '1': '{ __schema { description } }' });

  expect((await check([introspecting])).stdout).toContain('INTROSPECTION_DISABLED');
  expect((await check([introspecting], { env: { INTROSPECTION: 'true' } })).code).toBe(0);
});

test('shows colours on a terminal only', async () => {
  const sequence = '\u001b[';

  expect((await check([toApollo(GONE)])).stdout).not.toContain(sequence);
  expect((await check([toApollo(GONE)], { isTerminal: true })).stdout).toContain(`${sequence}31m`);
});

test('what a manifest names does not reach the terminal as control characters', async () => {
  const hostile = JSON.stringify({ '\u001b[2J\u009b': '{ old }' });

  const { stdout } = await check([hostile]);

  expect(stdout).toContain('unnamed \\u001b[2J\\u009b\n');
});

test('manifests that are not valid are refused with what is wrong with each', async () => {
  const texts = [toApollo({ ...FITTING, body: '' }), '{', JSON.stringify({ a: '{ other }' })];

  expect(await check(texts)).toEqual({
    code: 1,
    stdout: '',
    stderr: `error CONFIG_INVALID: The manifests are not valid:
  /manifest-0.json: operations[0].body: expected a text of 1 to 1048576 characters, but found 0
  /manifest-1.json: expected JSON, but found a text that is not
`,
  });
});

test('a file that cannot be read is a failure, and no manifest a wrong call', async () => {
  const tools = createCommandTools();
  const run = (...args: readonly string[]) =>
    runCommandLine(['node', 'meshgate', 'operations', 'check', ...args], tools);

  expect(await run('--manifest', '/nowhere.json')).toBe(1);
  expect(tools.stderr.text()).toBe(
    'error CONFIG_INVALID: Expected a manifest at /nowhere.json, but it cannot be read (ENOENT).\n',
  );
  expect(await run()).toBe(2);
});
