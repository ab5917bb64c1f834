import { expect, test } from 'vitest';
import { composeSupergraph } from '../../../../gateway/control/composition/compose-supergraph.ts';
import { loadSupergraphSnapshot } from '../../../../gateway/supergraph/load-supergraph-snapshot.ts';

const compose = (version: string, imports: string, sdl: string): string => {
  const link = `extend schema @link(url: "https://specs.apollo.dev/federation/v${version}", import: [${imports}])`;
  const composed = composeSupergraph([{ name: 'a', url: 'http://a.test/', sdl: `${link} ${sdl}` }]);
  if (!composed.ok) throw new Error(JSON.stringify(composed.errors));
  return composed.supergraphSdl;
};

test.each([
  ['costs', '2.9', '"@cost"', 'type Query { x: X } type X @cost(weight: 3) { id: ID! }'],
  ['cache tags', '2.12', '"@cacheTag"', 'type Query { x: Int @cacheTag(format: "x") }'],
  ['tags', '2.9', '"@tag"', 'type Query { x: Int @tag(name: "a") }'],
  [
    'arguments from context',
    '2.8',
    '"@context", "@fromContext", "@key"',
    `type Query { t: T! } type T @key(fields: "id") @context(name: "c") { id: ID! p: String! u: U! }
     type U @key(fields: "id") { id: ID! f(a: String @fromContext(field: "$c { p }")): Int }`,
  ],
  ['policies', '2.9', '"@policy"', 'type Query { x: Int @policy(policies: [["p"]]) }'],
])('loads a supergraph with %s', (_what, version, imports, sdl) => {
  const snapshot = loadSupergraphSnapshot(compose(version, imports, sdl));

  expect(snapshot.subgraphs).toEqual([{ name: 'a', url: 'http://a.test/' }]);
});

test('refuses a supergraph whose security feature it would not enforce', () => {
  const sdl = compose('2.9', '"@key"', 'type Query { x: Int }').replace(
    'schema',
    'schema @link(url: "https://specs.example.org/fence/v0.1", for: SECURITY)',
  );

  expect(() => loadSupergraphSnapshot(sdl)).toThrow(/fence\/v0\.1 .* unsupported/);
});

test.each(['', 'type Query { x: Int }', '{'])('refuses what is no supergraph: %j', (text) => {
  expect(() => loadSupergraphSnapshot(text)).toThrow(/The supergraph schema cannot be loaded/);
});
