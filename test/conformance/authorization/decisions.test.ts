import { expect, test } from 'vitest';
import { composeSupergraph } from '../../../gateway/control/composition/compose-supergraph.ts';
import type { Rights } from '../../../gateway/policy/requirement.ts';
import {
  createFederation,
  FEDERATION,
  type FixtureSubgraph,
} from '../../support/federation-fixture.ts';

const cat = { __typename: 'Cat', id: 'c1', name: 'Tom', chip: '7', mood: 'GOOD' };
const dog = { __typename: 'Dog', id: 'd1', name: 'Rex', price: 9 };

const shop: FixtureSubgraph = {
  name: 'shop',
  sdl: `
    type Query { cat: Cat dog: Dog pet: Pet pets: [Pet!] stall: Stall open: Open found: [Found] }
    type Mutation @policy(policies: [["staff"]]) { sell: Int }
    enum Mood @authenticated { GOOD BAD }
    interface Pet { id: ID! name: String }
    interface Stall { guest: Found }
    union Found = Cat | Dog
    type Cat implements Pet @key(fields: "id") {
      id: ID!
      name: String @requiresScopes(scopes: [["names"]])
      chip: String @policy(policies: [["vet", "cats"], ["police"]])
      mood: Mood
    }
    type Dog implements Pet @policy(policies: [["dogs"]]) { id: ID! name: String price: Int }
    type Kennel implements Stall { guest: Dog }
    type Open {
      none: Int @requiresScopes(scopes: [])
      empty: Int @requiresScopes(scopes: [[]])
      either: Int @policy(policies: [["nobody"], []])
      both: Int @authenticated @policy(policies: [["vet"]])
    }
  `,
  resolvers: {
    Query: {
      cat: () => cat,
      dog: () => dog,
      pet: () => cat,
      pets: () => [cat],
      stall: () => ({ __typename: 'Kennel', guest: dog }),
      open: () => ({ none: 1, empty: 1, either: 1, both: 1 }),
      found: () => [cat, dog],
    },
    Mutation: { sell: () => 1 },
    Cat: { __resolveReference: () => cat },
  },
};

/** Two subgraphs that resolve one field, each with a requirement of its own. */
const scale = (name: string, scopes: string): FixtureSubgraph => ({
  name,
  sdl: `
    type Query { ${name}: Cat }
    type Cat @key(fields: "id") { id: ID! weight: Int @shareable @requiresScopes(scopes: ${scopes}) }
  `,
  resolvers: {
    Query: { [name]: () => cat },
    Cat: { __resolveReference: () => cat, weight: () => 4 },
  },
});

const subgraphs = [shop, scale('clinic', '[["a"], ["b"]]'), scale('registry', '[["c"]]')];

/** A caller as the table below writes one down; known, and with nothing, unless it says otherwise. */
interface Caller {
  readonly known?: boolean;
  readonly scopes?: string;
  readonly policies?: string;
}

const rightsOf = ({ known = true, scopes = '', policies = '' }: Caller): Rights => ({
  authenticated: known,
  scopes: new Set(scopes.split(' ')),
  policies: new Set(policies.split(' ')),
});

test.each([
  // One subgraph asks for a or b, the other for c.
  ['{ cat { weight } }', { scopes: 'a b' }, ['cat.weight']],
  ['{ cat { weight } }', { scopes: 'c' }, ['cat.weight']],
  ['{ cat { weight } }', { scopes: 'b c' }, []],
  // Either all of one group or all of another.
  ['{ cat { chip } }', { policies: 'vet' }, ['cat.chip']],
  ['{ cat { chip } }', { policies: 'cats police' }, []],
  ['{ cat { chip } }', { policies: 'vet cats' }, []],
  // The names of scopes are not those of policies.
  ['{ cat { chip } }', { scopes: 'police' }, ['cat.chip']],
  // Lists that ask for nothing, and directives that all have to hold.
  ['{ open { none empty either } }', { known: false }, []],
  ['{ open { both } }', { known: false, policies: 'vet' }, ['open.both']],
  ['{ open { both } }', {}, ['open.both']],
  ['{ open { both } }', { policies: 'vet' }, []],
  // The type of a leaf.
  ['{ cat { mood id } }', { known: false }, ['cat.mood']],
  ['{ cat { mood id } }', {}, []],
  // Whoever may not use one implementing type may not use the interface, whatever stands there.
  ['{ pet { id } }', {}, ['pet']],
  ['{ pets { ... on Cat { id } } }', {}, ['pets']],
  ['{ pet { id name } }', { policies: 'dogs' }, ['pet.name']],
  ['{ pet { id name } }', { scopes: 'names', policies: 'dogs' }, []],
  // What an implementing type returns in place of a union counts for the field of the interface.
  ['{ stall { guest { __typename } } }', {}, ['stall.guest']],
  ['{ stall { guest { __typename } } }', { policies: 'dogs' }, []],
  // A union asks for nothing itself; its members do, where they are named.
  ['{ found { __typename } }', { known: false }, []],
  [
    '{ found { ... on Dog { price } ... on Cat { id } } }',
    { known: false },
    ['found.@.... on Dog'],
  ],
  ['{ found { ... on Pet { id } } }', { known: false }, ['found.@.... on Pet']],
  [
    '{ found { ...Both } } fragment Both on Found { ... { ... on Dog { id } } ... on Cat { id } }',
    { known: false },
    ['found.@.... on Found.... on Dog'],
  ],
  // Every place is decided for itself.
  ['{ a: cat { n: name id } b: cat { name id } }', { known: false }, ['a.n', 'b.name']],
  // A root type holds for all that is asked of it.
  ['mutation { one: sell two: sell }', { policies: 'vet' }, ['one', 'two']],
  ['mutation { one: sell two: sell }', { policies: 'staff' }, []],
  // Introspection and `__typename` are nobody's.
  ['{ __typename cat { __typename } __schema { queryType { name } } }', { known: false }, []],
] as readonly (readonly [string, Caller, readonly string[]])[])(
  '%s, asked with %j, is refused at %j',
  async (query, caller, refused) => {
    const { problems } = await createFederation(subgraphs).ask(query, null, rightsOf(caller));

    expect(problems.map(({ path }) => path?.join('.'))).toEqual(refused);
  },
);

test('a requirement on a field of an interface object holds on every type that it stands for', async () => {
  const library: FixtureSubgraph = {
    name: 'library',
    sdl: `
      type Query { media: Media book: Book }
      interface Media @key(fields: "id") { id: ID! }
      type Book implements Media @key(fields: "id") { id: ID! }
    `,
    resolvers: {
      Query: { media: () => ({ __typename: 'Book', id: 'b1' }), book: () => ({ id: 'b1' }) },
    },
  };
  const ratings: FixtureSubgraph = {
    name: 'ratings',
    sdl: 'type Media @key(fields: "id") @interfaceObject { id: ID! stars: Int @authenticated }',
    resolvers: { Media: { __resolveReference: ({ id }: { id: string }) => ({ id, stars: 5 }) } },
  };
  const federation = createFederation([library, ratings]);

  const { problems } = await federation.ask(
    '{ book { id stars } media { id stars ... on Book { more: stars } } }',
    null,
    rightsOf({ known: false }),
  );

  expect(problems.map(({ path }) => path?.join('.'))).toEqual([
    'book.stars',
    'media.stars',
    'media.... on Book.more',
  ]);
  expect(federation.sent.map(({ subgraph }) => subgraph)).toEqual(['library']);
});

const composed = (sdl: string) => {
  const other =
    'type Query { other: Int } type Item @key(fields: "id") { id: ID! price: Int @authenticated }';
  const sources = [sdl, other].map((text, index) => ({
    name: `s${index}`,
    url: `http://s${index}.test/graphql`,
    sdl: FEDERATION + text,
  }));
  const outcome = composeSupergraph(sources);
  return outcome.ok ? [] : outcome.errors.map(({ code }) => code);
};

test('a requirement cannot be put on an interface, where it would say nothing', () => {
  expect(composed('interface Named @authenticated { name: String }')).toEqual([
    'AUTH_REQUIREMENTS_APPLIED_ON_INTERFACE',
  ]);
  expect(composed('interface Named { name: String @authenticated }')).toEqual([
    'AUTH_REQUIREMENTS_APPLIED_ON_INTERFACE',
  ]);
});

test('a field that is computed from a protected one cannot ask for less', () => {
  const tax = (requirement: string) => `
    type Item @key(fields: "id") {
      id: ID!
      price: Int @external
      tax: Int @requires(fields: "price") ${requirement}
    }`;

  expect(composed(tax(''))).toEqual(['MISSING_TRANSITIVE_AUTH_REQUIREMENTS']);
  expect(composed(tax('@requiresScopes(scopes: [["a"]])'))).toEqual([
    'MISSING_TRANSITIVE_AUTH_REQUIREMENTS',
  ]);
  expect(composed(tax('@authenticated'))).toEqual([]);
});
