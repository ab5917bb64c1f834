import { rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { CLASSIFICATION, classifiedFederation } from '../../support/classified-federation.ts';
import type { FixtureSubgraph } from '../../support/federation-fixture.ts';
import { serveFederation } from '../../support/serve-federation.ts';
import { writeFolder } from '../../support/write-folder.ts';

const staff: FixtureSubgraph = {
  name: 'staff',
  sdl: `
    type Query { people: [Person] ledger: Ledger @requiresScopes(scopes: [["ledger"]]) }
    type Mutation { hire: Int @authenticated }
    interface Node { id: ID! }
    type Person implements Node { id: ID! name: String salary(currency: Currency): Int @authenticated diary: Diary }
    type Ledger implements Node { id: ID! entries: [Entry] }
    type Entry { amount: Int }
    type Diary @policy(policies: [["person"]]) { text: String }
    enum Currency { EUR USD }
  `,
  resolvers: {
    Query: { people: () => [], ledger: () => null },
    Mutation: { hire: () => 1 },
  },
};

const TYPES = '{ __schema { types { name fields { name } } mutationType { name } } }';

interface Introspected {
  readonly __schema: {
    readonly types: readonly {
      readonly name: string;
      readonly fields: readonly { readonly name: string }[] | null;
    }[];
    readonly mutationType: { readonly name: string } | null;
  };
}

async function serve(settings: Readonly<Record<string, string>> = {}) {
  const { post, token } = await serveFederation([staff], {
    INTROSPECTION: 'true',
    INTROSPECTION_SHOWS: 'usable',
    MODE: 'development',
    ...settings,
  });
  const ask = async (query: string, claims?: object) => {
    const headers: Record<string, string> =
      claims === undefined ? {} : { authorization: `Bearer ${await token(claims)}` };
    return (await post({ query }, headers)).body;
  };
  return {
    ask,
    /** Types with fields as `Type: field field`, and the names of enums. */
    async shown(claims?: object) {
      const { data } = await ask(TYPES, claims);
      return (data as Introspected).__schema.types
        .filter(({ name }) =>
          /^(Query|Mutation|Node|Person|Ledger|Entry|Diary|Currency)$/.test(name),
        )
        .map(({ name, fields }) => [name, ...(fields ?? []).map((one) => one.name)].join(' '))
        .toSorted();
    },
  };
}

const ALL = [
  'Currency',
  'Diary text',
  'Entry amount',
  'Ledger id entries',
  'Mutation hire',
  'Node id',
  'Person id name salary diary',
  'Query people ledger',
];

test('introspection shows a caller what that caller can use, and no type that only the rest leads to', async () => {
  const { shown } = await serve();

  expect(await shown()).toEqual(['Node id', 'Person id name', 'Query people']);
  expect(await shown({ scope: '' })).toEqual([
    'Currency',
    'Diary text',
    'Mutation hire',
    'Node id',
    'Person id name salary diary',
    'Query people',
  ]);
  expect(await shown({ scope: 'ledger' })).toEqual(ALL);
  // Each is shown its own again, whatever the others were shown.
  expect(await shown()).toEqual(['Node id', 'Person id name', 'Query people']);
});

test('a hidden type or root type is not there', async () => {
  const { ask } = await serve();
  const query = `{
    ledger: __type(name: "Ledger") { name }
    node: __type(name: "Node") { possibleTypes { name } }
    __schema { mutationType { name } }
  }`;

  expect(await ask(query)).toEqual({
    data: {
      ledger: null,
      node: { possibleTypes: [{ name: 'Person' }] },
      __schema: { mutationType: null },
    },
  });
});

test('a message suggests no name that is not shown', async () => {
  const hints = async (settings: Readonly<Record<string, string>>) => {
    const { ask } = await serve(settings);
    const { errors } = await ask('{ ledgr { entries } people { salry } }');
    return errors?.map(({ message }) => message);
  };

  expect(await hints({})).toEqual([
    'Cannot query field "ledgr" on type "Query".',
    'Cannot query field "salry" on type "Person".',
  ]);
  expect(await hints({ INTROSPECTION_SHOWS: 'all' })).toEqual([
    'Cannot query field "ledgr" on type "Query". Did you mean "ledger"?',
    'Cannot query field "salry" on type "Person". Did you mean "salary" or "diary"?',
  ]);
});

test.each([{ INTROSPECTION_SHOWS: 'all' }, { AUTHORIZATION_MODE: 'dry_run' }])(
  'with %j everybody is shown everything',
  async (settings) => {
    const { shown } = await serve(settings);

    expect(await shown()).toEqual(ALL);
  },
);

/** A gateway over personal data, and which fields of its types a caller is shown. */
async function serveClassified(rules = CLASSIFICATION) {
  const folder = await writeFolder({ 'rules.yaml': rules });
  onTestFinished(() => folder.remove());
  const file = join(folder.path, 'rules.yaml');
  const { post, token } = await serveFederation(classifiedFederation, {
    CLASSIFICATION_RULES: file,
    INTROSPECTION: 'true',
    INTROSPECTION_SHOWS: 'usable',
  });
  const ask = async (query: string, roles: readonly string[]) => {
    const authorization = `Bearer ${await token({ roles })}`;
    return (await post({ query }, { authorization })).body;
  };
  return {
    ask,
    async fieldsOf(type: string, ...roles: readonly string[]) {
      const { data } = await ask(`{ __type(name: "${type}") { fields { name } } }`, roles);
      const { __type: found } = data as {
        readonly __type: { readonly fields: readonly { readonly name: string }[] } | null;
      };
      return found?.fields.map(({ name }) => name).join(' ') ?? null;
    },
    /** Writes the rules as most tools do, beside the file first. */
    async publish(text: string) {
      await writeFile(`${file}.new`, text);
      await rename(`${file}.new`, file);
    },
  };
}

const ALL_OF_ACCOUNT = 'id email phone nicknames born income vip city greeting shout';

test('what rules deny to a caller is not shown, and what they mask or allow is', async () => {
  const { fieldsOf } = await serveClassified();

  expect(await fieldsOf('Account')).toBe('id city');
  expect(await fieldsOf('Account', 'support')).toBe('id email phone nicknames born income city');
  expect(await fieldsOf('Account', 'steward')).toBe(ALL_OF_ACCOUNT);
  expect(await fieldsOf('Totals')).toBe('accounts');
  // An interface of which nothing is left leads nowhere, and neither does the field that returns it.
  expect(await fieldsOf('Contact')).toBeNull();
  expect(await fieldsOf('Contact', 'support')).toBe('email');
  expect(await fieldsOf('Query')).not.toContain('contact');
});

test('whatever rules leave to be shown is not refused, and what they hide is', async () => {
  const { ask, fieldsOf } = await serveClassified();

  for (const roles of [[], ['support'], ['press'], ['steward']]) {
    const shown = (await fieldsOf('Account', ...roles)) ?? '';
    for (const field of ALL_OF_ACCOUNT.split(' ')) {
      const { errors } = await ask(`{ account(id: "a1") { ${field} } }`, roles);
      expect([field, errors === undefined]).toEqual([field, shown.split(' ').includes(field)]);
    }
  }
});

test('a type that rules deny is not there', async () => {
  const folder = await writeFolder({ 'rules.yaml': CLASSIFICATION });
  onTestFinished(() => folder.remove());
  const sdl = 'type Query { open: Int diary: Diary } type Diary @tag(name: "pii") { text: String }';
  const { post } = await serveFederation([{ name: 'desk', sdl, resolvers: {} }], {
    CLASSIFICATION_RULES: join(folder.path, 'rules.yaml'),
    INTROSPECTION: 'true',
    INTROSPECTION_SHOWS: 'usable',
  });
  const query =
    '{ diary: __type(name: "Diary") { name } __type(name: "Query") { fields { name } } }';

  const { body } = await post({ query });

  expect(body.data).toEqual({ diary: null, __type: { fields: [{ name: 'open' }] } });
});

test('a change of rules changes what is shown', async () => {
  const { fieldsOf, publish } = await serveClassified();
  expect(await fieldsOf('Account')).toBe('id city');

  await publish(CLASSIFICATION.replace('roles: [[steward]]', 'authenticated: true'));

  await expect.poll(() => fieldsOf('Account'), { timeout: 5000 }).toBe(ALL_OF_ACCOUNT);
});
