/**
 * Which keys products are asked for, where it is to be known whose values an answer shows.
 */
import { expect, test } from 'vitest';
import type { ClassificationOf } from '../../../../gateway/operation/operation-shape.ts';
import { UNCLASSIFIED } from '../../../../gateway/policy/classification.ts';
import {
  createFederation,
  type FixtureSubgraph,
  OPEN_LIMITS,
} from '../../../support/federation-fixture.ts';

const PEOPLE: readonly FixtureSubgraph[] = [
  {
    name: 'people',
    sdl: `
      type Query { people: [Person!] things: [Thing!] named: [Named!] desk: Desk hidden: Hidden stats: Stats }
      type Mutation { rename: Person }
      interface Named { name: String }
      union Thing = Person | Robot
      type Person implements Named @key(fields: "id") { id: ID! name: String mail: String boss: Person address: Address }
      type Robot implements Named { name: String }
      type Address { street: String at: Point }
      type Point { x: Int }
      type Desk @key(fields: "room { no } place") { room: Room! place: Int! owner: String }
      type Room { no: Int! }
      type Hidden @key(fields: "secret") { secret: ID! @inaccessible owner: String }
      type Stats { income: Int }
    `,
    resolvers: {
      Thing: { __resolveType: (one: object) => ('id' in one ? 'Person' : 'Robot') },
      Named: { __resolveType: (one: object) => ('id' in one ? 'Person' : 'Robot') },
      Query: {
        people: () => [EVE, { ...EVE, id: 'p2', boss: EVE }],
        things: () => [EVE, { name: 'R2' }],
        named: () => [EVE, { name: 'R2' }],
        desk: () => ({ room: { no: 1 }, place: 2, owner: 'Eve' }),
        hidden: () => ({ secret: 's', owner: 'Eve' }),
        stats: () => ({ income: 5 }),
      },
      Mutation: { rename: () => EVE },
    },
  },
];
const EVE = { id: 'p1', name: 'Eve', mail: 'e@x', address: { street: 'A', at: { x: 1 } } };
const CLASSIFIED = [
  ...['Named.name', 'Person.mail', 'Address.street', 'Point.x', 'Desk.owner', 'Hidden.owner'],
  ...['Stats.income', 'Query.stats'],
];
const classificationOf: ClassificationOf = () => ({
  ...UNCLASSIFIED,
  classified: () => ({ rulesVersion: '1', coordinates: CLASSIFIED }),
});

const asking = createFederation(
  PEOPLE,
  { ...OPEN_LIMITS, asksForKeys: true },
  classificationOf,
  null,
);
const plain = createFederation(PEOPLE, OPEN_LIMITS, classificationOf, null);

test.each([
  ['of an entity whose value is shown', '{ people { mail } }', '{people{mail id}}'],
  ['of no entity of which nothing is', '{ people { boss { mail } } }', '{people{boss{mail id}}}'],
  [
    'under its own name, whatever the client calls it',
    '{ people { id: mail } }',
    '{people{meshgate_as_id:mail id}}',
  ],
  ['once, where the client asks for it', '{ people { id mail } }', '{people{id mail}}'],
  [
    'of the entity around what has no key',
    '{ people { address { at { x } } } }',
    '{people{address{at{x}}id}}',
  ],
  [
    'around a fragment',
    '{ people { address { ... on Address { street } } } }',
    '{people{address{street}id}}',
  ],
  [
    'in the fragment on its type',
    '{ things { ... on Person { mail } } }',
    '{things{__typename ...on Person{mail id}}}',
  ],
  [
    'of each type with a key behind an interface',
    '{ named { name } }',
    '{named{__typename name ...on Person{id}}}',
  ],
  ['of several fields', '{ desk { owner } }', '{desk{owner room{no}place}}'],
  ['of what a mutation answers', 'mutation { rename { mail } }', 'mutation{rename{mail id}}'],
  ['not, where clients cannot see it', '{ hidden { owner } }', '{hidden{owner}}'],
  ['not, where there is none', '{ stats { income } }', '{stats{income}}'],
  ['not, where nothing has a class', '{ people { id } }', '{people{id}}'],
])('a product is asked for the key %s', async (_, query, sent) => {
  asking.sent.length = 0;

  const answer = await asking.ask(query);

  expect(asking.sent.map((one) => one.query)).toEqual([sent]);
  expect(answer).toEqual(await plain.ask(query));
});

test('where a condition leaves out the value, the answer is the same', async () => {
  const query = 'query ($mail: Boolean!) { people { mail @include(if: $mail) } }';

  for (const mail of [true, false]) {
    expect(await asking.ask(query, { mail })).toEqual(await plain.ask(query, { mail }));
  }
});
