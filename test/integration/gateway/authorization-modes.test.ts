import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import type { FixtureSubgraph } from '../../support/federation-fixture.ts';
import { serveFederation } from '../../support/serve-federation.ts';
import { writeFolder } from '../../support/write-folder.ts';

const staff: FixtureSubgraph = {
  name: 'staff',
  sdl: `
    type Query { people: [Person] secret: Int @authenticated broken: Int }
    type Person { name: String salary: Int! @requiresScopes(scopes: [["payroll"]]) }
  `,
  resolvers: {
    Query: {
      people: () => [{ name: 'Ada', salary: 7 }],
      secret: () => 1,
      broken: () => {
        throw new Error('no');
      },
    },
  },
};

const QUERY = '{ people { name salary } }';
const REFUSAL = {
  message: 'Unauthorized field or type',
  path: ['people', '@', 'salary'],
  extensions: { code: 'UNAUTHORIZED_FIELD_OR_TYPE' },
};
const WHOLE = {
  message: 'The operation asks for fields that this caller may not read, so nothing was run.',
  extensions: { code: 'OPERATION_UNAUTHORIZED' },
};
const FILTERED = { people: [null] };
const EVERYTHING = { people: [{ name: 'Ada', salary: 7 }] };
const APART = { authorizationErrors: [REFUSAL] };

test.each([
  ['filter', 'errors', 200, { data: FILTERED, errors: [REFUSAL] }],
  ['filter', 'extensions', 200, { data: FILTERED, extensions: APART }],
  ['filter', 'disabled', 200, { data: FILTERED }],
  ['reject', 'errors', 403, { errors: [WHOLE, REFUSAL] }],
  ['reject', 'extensions', 403, { errors: [WHOLE], extensions: APART }],
  ['reject', 'disabled', 403, { errors: [WHOLE] }],
  ['dry_run', 'errors', 200, { data: EVERYTHING, extensions: APART }],
  ['dry_run', 'extensions', 200, { data: EVERYTHING, extensions: APART }],
  ['dry_run', 'disabled', 200, { data: EVERYTHING }],
])(
  'in mode %s, with refusals in %s, the answer is as documented',
  async (mode, errors, status, expected) => {
    const { post, received } = await serveFederation([staff], {
      AUTHORIZATION_MODE: mode,
      AUTHORIZATION_ERRORS: errors,
    });

    const answer = await post({ query: QUERY });

    expect({ status: answer.status, body: answer.body }).toEqual({ status, body: expected });
    const sent = { filter: ['{people{name}}'], reject: [], dry_run: ['{people{name salary}}'] };
    expect(received.map(({ query }) => query)).toEqual(sent[mode as keyof typeof sent]);
  },
);

test.each(['filter', 'reject', 'dry_run'])(
  'in mode %s, a caller who may read everything is told of nothing',
  async (mode) => {
    const { post, token } = await serveFederation([staff], { AUTHORIZATION_MODE: mode });
    const headers = { authorization: `Bearer ${await token({ scope: 'payroll' })}` };

    expect((await post({ query: QUERY }, headers)).body).toEqual({ data: EVERYTHING });
  },
);

test('other errors stay where they are, and data is null where nothing is left', async () => {
  const { post } = await serveFederation([staff], { AUTHORIZATION_ERRORS: 'disabled' });

  const { body } = await post({ query: '{ secret broken }' });
  expect(body.data).toEqual({ secret: null, broken: null });
  expect(body.errors?.map(({ extensions }) => extensions.code)).toEqual(['SUBGRAPH_ERROR']);
  expect((await post({ query: '{ secret }' })).body).toEqual({ data: null });
});

test('a dry run lists only what is part of the request', async () => {
  const { post } = await serveFederation([staff], { AUTHORIZATION_MODE: 'dry_run' });
  const query = 'query ($x: Boolean!) { secret @include(if: $x) people { name } }';

  const without = await post({ query, variables: { x: false } });
  const included = await post({ query, variables: { x: true } });

  expect(without.body).toEqual({ data: { people: [{ name: 'Ada' }] } });
  expect(included.body).toEqual({
    data: { secret: 1, people: [{ name: 'Ada' }] },
    extensions: { authorizationErrors: [{ ...REFUSAL, path: ['secret'] }] },
  });
});

test('a gateway in a dry run says so when it starts', async () => {
  const folder = await writeFolder();
  onTestFinished(() => folder.remove());
  const log = join(folder.path, 'gateway.log');
  const { close } = await serveFederation([staff], {
    AUTHORIZATION_MODE: 'dry_run',
    LOG_LEVEL: 'warn',
    LOG_FILE: log,
  });
  await close();

  expect(JSON.parse(await readFile(log, 'utf8'))).toMatchObject({
    msg: 'authorization is a dry run: callers are answered what they may not read',
  });
});
