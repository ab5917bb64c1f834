import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import {
  CLASSIFICATION,
  classifiedFederation,
  SECRETS,
} from '../../support/classified-federation.ts';
import { serveFederation } from '../../support/serve-federation.ts';
import { writeFolder } from '../../support/write-folder.ts';

/** A gateway over the classified federation, and callers by role. */
async function serve(settings: Readonly<Record<string, string>> = {}) {
  const folder = await writeFolder();
  onTestFinished(() => folder.remove());
  const file = join(folder.path, 'classification.yaml');
  await writeFile(file, CLASSIFICATION);
  await writeFile(join(folder.path, 'secret'), 'a secret of this test\n');
  const federation = await serveFederation(classifiedFederation, {
    CLASSIFICATION_RULES: file,
    MASK_SECRET: `file:${join(folder.path, 'secret')}`,
    ...settings,
  });
  const ask = async (
    claims: object,
    query: string,
    variables: Readonly<Record<string, unknown>> = {},
    headers: Readonly<Record<string, string>> = {},
  ) => {
    const authorization = `Bearer ${await federation.token(claims)}`;
    const { body } = await federation.post({ query, variables }, { authorization, ...headers });
    return body;
  };
  return { ...federation, ask };
}

const SUPPORT = { roles: ['support'] };
const STEWARD = { roles: ['steward'] };

const refused = (...path: string[]) => ({
  message: 'This caller may not find, filter, sort or group by a value that it may not read.',
  path,
  extensions: { code: 'CLASSIFIED_INPUT_REFUSED' },
});
const unauthorized = (...path: string[]) => ({
  message: 'Unauthorized field or type',
  path,
  extensions: { code: 'UNAUTHORIZED_FIELD_OR_TYPE' },
});

const ALL = '{ account(id: "a1") { id email phone nicknames born income city } }';

test('a caller sees what its rule leaves of each value, and a steward all of it', async () => {
  const { ask } = await serve();

  const masked = await ask(SUPPORT, ALL);
  const plain = await ask(STEWARD, ALL);

  expect(masked).toEqual({
    data: {
      account: {
        id: 'a1',
        email: 'a***',
        phone: '+***',
        nicknames: ['C***', 'A***'],
        born: '1815-12-01',
        income: 31_000,
        city: 'London',
      },
    },
  });
  expect(plain).toMatchObject({ data: { account: { email: 'ada@acme.example', income: 31_415 } } });
});

test('what no mask fits is refused, and so is everything to whom no rule speaks of', async () => {
  const { ask } = await serve();
  const query = '{ account(id: "a1") { id vip } totals { accounts income } }';

  expect(await ask(SUPPORT, query)).toEqual({
    errors: [unauthorized('account', 'vip')],
    data: { account: null, totals: { accounts: 2, income: 32_000 } },
  });
  expect(await ask({}, '{ account(id: "a1") { city email } }')).toEqual({
    errors: [unauthorized('account', 'email')],
    data: { account: { city: 'London', email: null } },
  });
});

test('an alias shows the same', async () => {
  const { ask } = await serve();

  const answer = await ask(
    SUPPORT,
    '{ a: account(id: "a1") { id: email email: city city: phone } }',
  );

  expect(answer).toEqual({ data: { a: { id: 'a***', email: 'London', city: '+***' } } });
});

test.each([
  '{ node(id: "a1") { ... on Account { email } } }',
  '{ node(id: "a1") { ... on Contact { email } } }',
  '{ contact { email } }',
  '{ contact { ... on Account { email } } }',
  '{ contact { email ... on Account { email } } }',
  '{ order { account { email } } }',
  '{ accounts { email } }',
  'query { accounts { ...E } } fragment E on Contact { email }',
])('no other path to a value shows more: %s', async (query) => {
  const { ask } = await serve();

  const text = JSON.stringify(await ask(SUPPORT, query));

  expect(text).toContain('a***');
  for (const secret of SECRETS) expect(text).not.toContain(secret);
});

test.each([
  ['{ accounts(filter: { income: { min: 1000 } }) { id } }', {}],
  ['{ accounts(filter: { any: [{ city: "x" }, { income: { min: 1000 } }] }) { id } }', {}],
  ['query ($min: Int) { accounts(filter: { income: { min: $min } }) { id } }', { min: 1000 }],
  ['query ($min: Range) { accounts(filter: { income: $min }) { id } }', { min: { min: 1000 } }],
])('nobody filters by what is masked: %s', async (query, variables) => {
  const { ask, received } = await serve();

  const answer = await ask(SUPPORT, query, variables);

  expect(answer).toEqual({ errors: [refused('accounts')], data: null });
  expect(received).toEqual([]);
});

test.each<readonly [string, Readonly<Record<string, unknown>>, string]>([
  [
    'query ($f: AccountFilter) { accounts(filter: $f) { id } }',
    { f: { income: { min: 1000 } } },
    '$f gives AccountFilter.income',
  ],
  [
    'query ($f: [AccountFilter!]) { accounts(filter: { any: $f }) { id } }',
    { f: [{ city: 'x' }, { any: { income: null } }] },
    '$f gives AccountFilter.income',
  ],
  [
    'query ($f: AccountFilter = { income: { min: 1000 } }) { accounts(filter: $f) { id } }',
    {},
    '$f gives AccountFilter.income',
  ],
  [
    'query ($s: AccountSort!) { accounts(sort: $s) { id } }',
    { s: 'INCOME' },
    '$s gives AccountSort.INCOME',
  ],
  ['query ($s: AccountSort) { richest(sort: $s) { id } }', {}, '$s gives AccountSort.INCOME'],
  [
    'query ($g: Grouping!) { groups(by: $g) { key } }',
    { g: 'BIRTH_YEAR' },
    '$g gives Grouping.BIRTH_YEAR',
  ],
])('nobody does so in the value of a variable: %s %j', async (query, variables, what) => {
  const { ask, received } = await serve();

  const answer = await ask(SUPPORT, query, variables);

  expect(answer).toEqual({
    errors: [
      {
        message: `${refused().message} The variable ${what}; leave that out.`,
        extensions: { code: 'CLASSIFIED_INPUT_REFUSED' },
      },
    ],
  });
  expect(received).toEqual([]);
});

test('a variable that gives nothing classified is answered', async () => {
  const { ask } = await serve();
  const query = `query ($f: AccountFilter, $s: AccountSort! = ID, $r: AccountSort) {
    accounts(filter: $f, sort: $s) { id } richest(sort: $r) { id }
  }`;
  const ids = [{ id: 'a1' }, { id: 'a2' }];

  const answer = await ask(SUPPORT, query, { f: { any: [{ city: 'London' }] }, r: 'ID' });

  expect(answer).toEqual({ data: { accounts: ids, richest: ids } });
});

test('who sees a value may ask by it', async () => {
  const { ask } = await serve();
  const query =
    'query ($f: AccountFilter) { accounts(filter: $f, sort: INCOME) { id } richest { id } groups(by: BIRTH_YEAR) { key } }';

  const answer = await ask(STEWARD, query, { f: { income: { max: 5 } } });

  expect(answer).toMatchObject({ data: { groups: [{ key: '1815' }] } });
});

test.each([
  ['{ accounts(sort: INCOME) { id } }', 'accounts'],
  ['{ richest { id } }', 'richest'],
])('nobody sorts by what is masked, be it by default: %s', async (query, field) => {
  const { ask, received } = await serve();

  expect(await ask(SUPPORT, query)).toEqual({ errors: [refused(field)], data: null });
  expect(received).toEqual([]);
});

test('nobody groups by what is masked', async () => {
  const { ask } = await serve();
  const query = '{ groups(by: BIRTH_YEAR) { key accounts } city: groups(by: CITY) { accounts } }';

  expect(await ask(SUPPORT, query)).toEqual({
    errors: [refused('groups')],
    data: { groups: null, city: [{ accounts: 2 }] },
  });
});

test('nobody finds an entity by what is masked', async () => {
  const { ask, received } = await serve();

  const literal = await ask(SUPPORT, '{ accountByEmail(email: "ada@acme.example") { id } }');
  const variable = await ask(SUPPORT, 'query ($e: String!) { accountByEmail(email: $e) { id } }', {
    e: 'ada@acme.example',
  });

  expect(literal).toEqual({ errors: [refused('accountByEmail')], data: null });
  expect(variable).toEqual(literal);
  expect(received).toEqual([]);
});

test('a total is masked as its parts are', async () => {
  const { ask } = await serve();

  expect(await ask(SUPPORT, '{ totals { income } }')).toEqual({
    data: { totals: { income: 32_000 } },
  });
});

test.each(['{ broken { email } }', '{ broken { id } }', '{ broken { ... on Node { id } } }'])(
  'no word of a product reaches a caller who sees something around masked: %s',
  async (query) => {
    const { ask } = await serve({ SUBGRAPH_ERRORS: 'passed' });

    const masked = await ask(SUPPORT, query);
    const plain = await ask(STEWARD, query);

    expect(masked).toEqual({
      errors: [
        {
          message: 'The data product "accounts" reported an error that is not meant for clients.',
          path: ['broken'],
          extensions: { code: 'SUBGRAPH_ERROR', product: 'accounts' },
        },
      ],
      data: { broken: null },
    });
    expect(plain.errors?.[0]?.message).toBe('No mail reaches ada@acme.example.');
  },
);

test('what is computed from a masked value is refused, unless a rule names it', async () => {
  const { ask } = await serve();
  const query = '{ order { id account { greeting shout } } }';

  expect(await ask(SUPPORT, query)).toEqual({
    errors: [
      unauthorized('order', 'account', 'greeting'),
      unauthorized('order', 'account', 'shout'),
    ],
    data: { order: { id: 'o1', account: null } },
  });
  expect(await ask({ roles: ['press'] }, query)).toEqual({
    errors: [unauthorized('order', 'account', 'greeting')],
    data: { order: { id: 'o1', account: { greeting: null, shout: 'ADA@ACME.EXAMPLE' } } },
  });
});

test('a plan that was made for one caller never answers another', async () => {
  const { ask } = await serve();
  const email = async (claims: object) =>
    (await ask(claims, '{ account(id: "a1") { email } }')).data;

  expect(await email(STEWARD)).toEqual({ account: { email: 'ada@acme.example' } });
  expect(await email(SUPPORT)).toEqual({ account: { email: 'a***' } });
  expect(await email(STEWARD)).toEqual({ account: { email: 'ada@acme.example' } });
});

test('callers who ask for the same entity at the same time each see their own', async () => {
  const { ask } = await serve();
  const query = '{ order { account { email } } }';

  const answers = await Promise.all(
    [STEWARD, SUPPORT, STEWARD, SUPPORT].map((one) => ask(one, query)),
  );

  const emails = answers.map(
    ({ data }) => (data as { order: { account: { email: string } } }).order.account.email,
  );
  expect(emails).toEqual(['ada@acme.example', 'a***', 'ada@acme.example', 'a***']);
});

test('one caller who asks for two purposes at once gets the hashes of each', async () => {
  const { post, token } = await serve({ DEDUPLICATE_QUERIES: 'true' });
  const claims = { purpose: ['research', 'billing'] };
  const authorization = `Bearer ${await token(claims)}`;
  const email = async (purpose: string) => {
    const body = { query: '{ account(id: "a1") { email born income } }' };
    const answer = await post(body, { authorization, 'x-purpose': purpose });
    return answer.body.data as { account: { email: string } } | undefined;
  };

  const [research, billing, again] = await Promise.all(
    ['research', 'billing', 'research'].map(email),
  );

  expect(research).toEqual({
    account: {
      email: expect.stringMatching(/^[\w-]{43}$/),
      born: '1815-12-01',
      income: null,
    },
  });
  expect(again).toEqual(research);
  expect(billing?.account.email).not.toBe(research?.account.email);
});

test('a purpose counts only where the issuer vouches for it', async () => {
  const { ask } = await serve();
  const query = '{ account(id: "a1") { id email } }';
  const asking = (claims: object, purpose: string) =>
    ask(claims, query, {}, { 'x-purpose': purpose });

  const vouched = await asking({ purpose: 'research' }, 'research');
  const claimed = await asking({}, 'research');
  const other = await asking({ purpose: 'research' }, 'research, billing');

  expect(vouched.errors).toBeUndefined();
  expect(claimed.errors).toEqual([unauthorized('account', 'email')]);
  expect(other.errors).toEqual([unauthorized('account', 'email')]);
});

test('where operations are rejected as a whole, one that asks by what is masked is', async () => {
  const { ask, received } = await serve({ AUTHORIZATION_MODE: 'reject' });

  const answer = await ask(SUPPORT, '{ totals { accounts } accounts(sort: INCOME) { id } }');

  expect(answer.errors?.map(({ extensions }) => extensions.code)).toEqual([
    'OPERATION_UNAUTHORIZED',
    'CLASSIFIED_INPUT_REFUSED',
  ]);
  expect(received).toEqual([]);
});

test('a dry run shows nothing that rules mask or refuse', async () => {
  const { ask } = await serve({ AUTHORIZATION_MODE: 'dry_run' });

  const answer = await ask(
    SUPPORT,
    '{ account(id: "a1") { email } accounts(sort: INCOME) { id } order { account { greeting } } }',
  );

  expect(answer).toEqual({
    data: { account: { email: 'a***' }, accounts: null, order: null },
    extensions: {
      authorizationErrors: [refused('accounts'), unauthorized('order', 'account', 'greeting')],
    },
  });
});
