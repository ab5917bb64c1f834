import { expect, test } from 'vitest';
import { createFederation, type FixtureSubgraph } from '../../../support/federation-fixture.ts';

const tagsOf = (...subgraphs: readonly (readonly [name: string, sdl: string])[]) => {
  const fixtures = subgraphs.map(([name, sdl]): FixtureSubgraph => ({ name, sdl, resolvers: {} }));
  const { tags } = createFederation(fixtures).snapshot;
  return Object.fromEntries(tags);
};

const own = (...tags: string[]) => ({ own: tags, derived: [] });
const derived = (...tags: string[]) => ({ own: [], derived: tags });

test('joins what all subgraphs say of a field', () => {
  const tags = tagsOf(
    [
      'a',
      'type Query { p: P } type P @key(fields: "id") { id: ID! name: String @shareable @tag(name: "pii") }',
    ],
    ['b', 'type P @key(fields: "id") { id: ID! name: String @shareable @tag(name: "hr") }'],
  );

  expect(tags).toEqual({ 'P.name': own('hr', 'pii') });
});

test('a tag on a type holds for the values that stand on it, and not for what they lead to', () => {
  const tags = tagsOf([
    'a',
    'type Query { p: P } type P @tag(name: "pii") { id: ID! name: String @tag(name: "hr") friend: P }',
  ]);

  expect(tags).toEqual({ P: own('pii'), 'P.id': own('pii'), 'P.name': own('hr', 'pii') });
});

test('a tag on a scalar or an enum holds wherever it is returned or given', () => {
  const tags = tagsOf([
    'a',
    `scalar Email @tag(name: "pii") enum Risk @tag(name: "secret") { LOW }
     input Filter { email: [Email!] }
     type Query { p(email: Email, filter: Filter): P } type P { emails: [Email!]! risk: Risk! id: ID }`,
  ]);

  expect(tags).toEqual({
    Email: own('pii'),
    Risk: own('secret'),
    'Filter.email': own('pii'),
    'Query.p(email:)': own('pii'),
    'P.emails': own('pii'),
    'P.risk': own('secret'),
  });
});

test('arguments, fields of inputs and values of enums have tags of their own', () => {
  const tags = tagsOf([
    'a',
    `enum Sort { ID NAME @tag(name: "pii") } input Filter @tag(name: "f") { name: String @tag(name: "pii") id: ID }
     type Query { p(name: String @tag(name: "pii"), sort: Sort, filter: Filter): Int }`,
  ]);

  expect(tags).toEqual({
    'Sort.NAME': own('pii'),
    Filter: own('f'),
    'Filter.name': own('f', 'pii'),
    'Filter.id': own('f'),
    'Query.p(name:)': own('pii'),
  });
});

test('a field of an interface has the tags of its implementations, and they have its tags', () => {
  const tags = tagsOf([
    'a',
    `interface Node { id: ID label: String @tag(name: "n") }
     type A implements Node { id: ID @tag(name: "a") label: String }
     type B implements Node { id: ID label: String @tag(name: "b") }
     type Query { node: Node }`,
  ]);

  expect(tags).toEqual({
    'Node.id': own('a'),
    'Node.label': own('b', 'n'),
    'A.id': own('a'),
    'A.label': own('n'),
    'B.label': own('b', 'n'),
  });
});

test('a field that is computed from others has their tags as derived ones, to the end', () => {
  const tags = tagsOf(
    [
      'a',
      `type Query { p: P } type P @key(fields: "id") { id: ID! at: At }
       type At @shareable { zip: String @tag(name: "pii") city: String }`,
    ],
    [
      'b',
      `type P @key(fields: "id") { id: ID! at: At @external zone: Int @requires(fields: "at { zip }") }
       type At @shareable { zip: String @external }`,
    ],
    [
      'c',
      'type P @key(fields: "id") { id: ID! zone: Int @external cost: Int @requires(fields: "zone") }',
    ],
  );

  expect(tags).toEqual({
    'At.zip': own('pii'),
    'P.zone': derived('pii'),
    'P.cost': derived('pii'),
  });
});

test('an argument that is filled from a context makes its field a derived one', () => {
  const link =
    'extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key", "@tag", "@context", "@fromContext"])';
  const tags = tagsOf([
    'a',
    `${link} type Query { t: T } type T @key(fields: "id") @context(name: "c") { id: ID! p: String @tag(name: "pii") u: U }
     type U @key(fields: "id") { id: ID! f(a: String @fromContext(field: "$c { p }")): Int }`,
  ]);

  expect(tags).toEqual({ 'T.p': own('pii'), 'U.f': derived('pii') });
});

test('a supergraph that tags nothing has no entries', () => {
  expect(tagsOf(['a', 'type Query { x: Int }'])).toEqual({});
});
