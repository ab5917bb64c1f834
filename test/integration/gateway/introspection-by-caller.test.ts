import { expect, test } from 'vitest';
import type { FixtureSubgraph } from '../../support/federation-fixture.ts';
import { serveFederation } from '../../support/serve-federation.ts';

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
