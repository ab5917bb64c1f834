import { expect, test } from 'vitest';
import { createFederation, type FixtureSubgraph } from '../../../../support/federation-fixture.ts';

const echo = (given: unknown) => given;

const letters: FixtureSubgraph = {
  name: 'letters',
  sdl: `
    type Query { letters: [Letter!]! }
    type Letter @key(fields: "id") { id: ID! from: Person! }
    type Person @key(fields: "mail", resolvable: false) { mail: String! }
  `,
  resolvers: { Query: { letters: () => [{ id: 'l1', from: { mail: 'ann@x' } }] } },
};

const counts: FixtureSubgraph = {
  name: 'counts',
  sdl: `
    type Query { counts: Int }
    type Letter @key(fields: "id") { id: ID! from: Person! @shareable words: Int }
    type Person @shareable { mail: String! sent: Int }
  `,
  resolvers: {
    Letter: { __resolveReference: echo, words: () => 3, from: () => ({ mail: 'ann@x', sent: 2 }) },
  },
};

const people: FixtureSubgraph = {
  name: 'people',
  sdl: `
    type Query { people: Int }
    type Person @key(fields: "mail") { mail: String! name: String boss: String }
  `,
  resolvers: {
    Person: {
      __resolveReference: echo,
      name: () => 'Ann',
      boss: () => {
        throw new Error('no boss');
      },
    },
  },
};

const shared = (sdl: string) => sdl.replaceAll('from: Person!', 'from: Person! @shareable');
const subgraphs = [
  { ...letters, sdl: shared(letters.sdl) },
  {
    ...counts,
    sdl: counts.sdl.replace(
      'type Person @shareable {',
      'type Person @key(fields: "mail", resolvable: false) {',
    ),
  },
  people,
];

test('what two fetches bring for one object at the same time is all there', async () => {
  const federation = createFederation(subgraphs);

  const { data, problems } = await federation.ask('{ letters { words from { sent name boss } } }');

  expect(federation.sent.map(({ subgraph }) => subgraph)).toEqual(['letters', 'counts', 'people']);
  expect(data).toEqual({ letters: [{ words: 3, from: { sent: 2, name: 'Ann', boss: null } }] });
  expect(problems.map(({ path }) => path)).toEqual([['letters', 0, 'from', 'boss']]);
});
