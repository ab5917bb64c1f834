import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  createFederation,
  type FixtureSubgraph,
  holding,
  NOBODY,
} from '../../../support/federation-fixture.ts';

const people: FixtureSubgraph = {
  name: 'people',
  sdl: `
    scalar Secret @requiresScopes(scopes: [["secrets"]])
    type Query {
      person: Person
      persons: [Person!]!
      node: Node
      nodes: [[Node]]
      found: [[Found!]!]!
      vault: Vault
    }
    type Mutation @authenticated { touch: Boolean }
    interface Node { id: ID! label: String }
    type Person implements Node @key(fields: "id") {
      id: ID!
      label: String @requiresScopes(scopes: [["label:read"]])
      name: String @requiresScopes(scopes: [["pii", "read"], ["admin"]])
      phone: String! @authenticated
      pin: Secret
      friend: Person
    }
    type Note implements Node @requiresScopes(scopes: [["notes"]]) { id: ID! label: String }
    type Vault @policy(policies: [["vault"]]) { gold: Int! }
    union Found = Person | Note
  `,
  resolvers: {
    Query: {
      person: () => ada,
      persons: () => [ada, ada],
      node: () => ({ __typename: 'Note', id: 'n1', label: 'Memo' }),
      nodes: () => [[{ ...ada, __typename: 'Person' }]],
      found: () => [[{ ...ada, __typename: 'Person' }]],
      vault: () => ({ gold: 1 }),
    },
    Mutation: { touch: () => true },
    Person: { __resolveReference: () => ada, friend: () => ada },
  },
};

const ada = { id: 'p1', label: 'A', name: 'Ada', phone: '555', pin: '0000' };

const payroll: FixtureSubgraph = {
  name: 'payroll',
  sdl: `
    type Person @key(fields: "id") { id: ID! @authenticated salary: Int @requiresScopes(scopes: [["pay"]]) grade: Int }
  `,
  resolvers: {
    Person: { __resolveReference: (person: unknown) => person, salary: () => 100, grade: () => 7 },
  },
};

const subgraphs = [people, payroll];
const mesh = () => createFederation(subgraphs);

const refusals = (problems: readonly { readonly path?: readonly unknown[] }[]) =>
  problems.map(({ path }) => path?.join('.'));

test('nulls what the caller may not read, says so for each path, and never asks for it', async () => {
  const federation = mesh();

  const result = await federation.ask(
    '{ person { name phone grade } persons { name salary grade } }',
    null,
    holding(),
  );

  expect(result.data).toEqual({
    person: { name: null, phone: '555', grade: 7 },
    persons: [
      { name: null, salary: null, grade: 7 },
      { name: null, salary: null, grade: 7 },
    ],
  });
  expect(result.problems).toEqual(
    [
      ['person', 'name'],
      ['persons', '@', 'name'],
      ['persons', '@', 'salary'],
    ].map((path) => ({
      code: 'UNAUTHORIZED_FIELD_OR_TYPE',
      message: 'Unauthorized field or type',
      path,
    })),
  );
  for (const { query } of federation.sent) expect(query).not.toMatch(/\bname|salary/);
});

test('lets a refused null rise by the usual rules', async () => {
  const result = await mesh().ask('{ person { grade phone } }', null, NOBODY);

  expect(result.data).toEqual({ person: null });
  expect(refusals(result.problems)).toEqual(['person.phone']);
});

test('still joins over a key that the caller may not read itself', async () => {
  const result = await mesh().ask('{ person { id grade } }', null, NOBODY);

  expect(refusals(result.problems)).toEqual(['person.id']);
  expect(result.data).toEqual({ person: null });
  expect((await mesh().ask('{ person { grade } }', null, NOBODY)).data).toEqual({
    person: { grade: 7 },
  });
});

test('answers data null and asks nobody when nothing is left', async () => {
  const federation = mesh();

  const result = await federation.ask('{ person { name } persons { salary } }', null, NOBODY);

  expect(result.data).toBeNull();
  expect(refusals(result.problems)).toEqual(['person.name', 'persons.@.salary']);
  expect(federation.sent).toEqual([]);
});

test.each([
  [['pii'], false],
  [['read'], false],
  [['pii', 'read'], true],
  [['admin'], true],
])('reads the scopes of a field as an OR of ANDs: %j', async (scopes, allowed) => {
  const result = await mesh().ask('{ person { name } }', null, holding(...scopes));

  expect(result.problems).toHaveLength(allowed ? 0 : 1);
});

test.each([
  ['the requirement of a returned scalar', '{ person { pin grade } }', 'person.pin'],
  ['the requirement of a returned object', '{ vault { gold } person { grade } }', 'vault'],
  [
    'every implementer of an interface that is read directly',
    '{ node { id } person { grade } }',
    'node',
  ],
  [
    'every implementer also where the interface is read through a fragment of itself',
    '{ node { ... on Node { id } } person { grade } }',
    'node',
  ],
  [
    'the type condition of a fragment, below every list',
    '{ found { __typename ... on Note { id } } }',
    'found.@.@.... on Note',
  ],
  ['a field through its alias', '{ a: person { b: name grade } }', 'a.b'],
])('holds a caller to %s', async (_what, query, path) => {
  const result = await mesh().ask(query, null, holding());

  expect(refusals(result.problems)).toEqual([path]);
});

test('refuses a whole mutation whose root type is protected', async () => {
  const federation = mesh();

  const result = await federation.ask('mutation { touch }', null, NOBODY);

  expect(result.data).toBeNull();
  expect(result.problems.map(({ code }) => code)).toEqual(['UNAUTHORIZED_FIELD_OR_TYPE']);
  expect(federation.sent).toEqual([]);
  expect((await mesh().ask('mutation { touch }', null, holding())).data).toEqual({ touch: true });
});

test('refuses only what is part of the request', async () => {
  const query = 'query ($x: Boolean!) { person { grade name @include(if: $x) } }';

  const without = await mesh().ask(query, { x: false }, holding());
  const included = await mesh().ask(query, { x: true }, holding());

  expect(without).toEqual({ data: { person: { grade: 7 } }, problems: [] });
  expect(refusals(included.problems)).toEqual(['person.name']);
});

/** Fields of `Person` with what they need, written down a second time by hand. */
const needs: Readonly<Record<string, (scopes: ReadonlySet<string>, known: boolean) => boolean>> = {
  id: (_, known) => known,
  label: (scopes) => scopes.has('label:read'),
  name: (scopes) => (scopes.has('pii') && scopes.has('read')) || scopes.has('admin'),
  phone: (_, known) => known,
  pin: (scopes) => scopes.has('secrets'),
  salary: (scopes) => scopes.has('pay'),
  grade: () => true,
};

test('never sends a field that a naive reading of the rules refuses', async () => {
  const fields = fc.uniqueArray(fc.constantFrom(...Object.keys(needs)), { minLength: 1 });
  const scopes = fc.uniqueArray(
    fc.constantFrom('label:read', 'pii', 'read', 'admin', 'secrets', 'pay'),
  );
  const federation = mesh();

  await fc.assert(
    fc.asyncProperty(fields, fields, scopes, fc.boolean(), async (outer, inner, held, known) => {
      federation.sent.length = 0;
      const rights = known ? holding(...held) : { ...holding(...held), authenticated: false };
      const query = `{ persons { ${outer.join(' ')} friend { ${inner.map((name) => `${name}`).join(' ')} } } }`;

      const result = await federation.ask(query, null, rights);

      const allowed = (name: string) => needs[name]?.(rights.scopes, known) === true;
      const expected = [
        ...outer.filter((name) => !allowed(name)).map((name) => `persons.@.${name}`),
        ...inner.filter((name) => !allowed(name)).map((name) => `persons.@.friend.${name}`),
      ];
      expect(refusals(result.problems)).toEqual(expected);
      // Keys join subgraphs whoever asks; everything else that is refused stays unasked.
      const refused = Object.keys(needs).filter((name) => name !== 'id' && !allowed(name));
      for (const sent of federation.sent) {
        for (const name of refused) expect(sent.query).not.toMatch(new RegExp(`\\b${name}\\b`));
      }
    }),
    { numRuns: 150 },
  );
});
