import { expect, test } from 'vitest';
import { createFederation, type FixtureSubgraph } from '../../support/federation-fixture.ts';

interface Part {
  readonly id: string;
  readonly serial: string;
  readonly code: { readonly one: string; readonly two: string; readonly three: string };
  readonly name?: string;
}

const part: Part = {
  id: '1',
  serial: 's1',
  code: { one: 'o1', two: 't1', three: 'h1' },
};

const KEYS = ['id', 'serial', 'code { one two }', 'id code { two three }'];

/** Both subgraphs name the same four keys, each finds a part by one of them. */
const keys = (order: readonly string[], found: string) =>
  order
    .map((fields) => `@key(fields: "${fields}"${fields === found ? '' : ', resolvable: false'})`)
    .join(' ');

const FIELDS = 'id: ID! @shareable serial: ID! @shareable code: Code! @shareable';
const CODE = 'type Code @shareable { one: ID! two: ID! three: ID! }';

const createParts = (order: readonly string[]): readonly FixtureSubgraph[] => [
  {
    name: 'bills',
    sdl: `
      type Query { parts: [Part] }
      type Part ${keys(order, 'id code { two three }')} {
        ${FIELDS}
        name: String! @external
        label: String @requires(fields: "name")
      }
      ${CODE}
    `,
    resolvers: {
      Query: { parts: () => [part] },
      Part: {
        __resolveReference: (given: Part) =>
          given.id === part.id && given.code?.two && given.code.three ? given : null,
        label: ({ name }: Part) => `label of ${name}`,
      },
    },
  },
  {
    name: 'stock',
    sdl: `type Part ${keys(order, 'id')} { ${FIELDS} name: String! @shareable } ${CODE}`,
    resolvers: {
      Part: {
        __resolveReference: ({ id }: Part) => (id === part.id ? part : null),
        name: ({ id }: Part) => `part ${id}`,
      },
    },
  },
];

const ORDERS = KEYS.flatMap((first) => {
  const others = KEYS.filter((key) => key !== first);
  return [
    [first, ...others],
    [first, ...others.toReversed()],
  ];
});

test.each(ORDERS)(
  'a subgraph is asked by a key that it finds by: %s, %s, %s, %s',
  async (...order) => {
    const { ask } = createFederation(createParts(order));

    expect(await ask('{ parts { id label name } }')).toEqual({
      data: { parts: [{ id: '1', label: 'label of part 1', name: 'part 1' }] },
      problems: [],
    });
  },
);

/** Four ways to name a lot; the input of `parcels` lies where the question starts, behind three of them. */
const lot = { site: 's', hall: 'h', rack: 'r', shelf: 'f' };
const hold = (name: string) => ({
  Lot: {
    __resolveReference: (given: Readonly<Record<string, unknown>>) => ({ ...lot, ...given }),
    [name]: () => name,
  },
});

const LOTS: readonly FixtureSubgraph[] = [
  {
    name: 'yards',
    sdl: `
      type Query { lots: [Lot!]! }
      type Lot @key(fields: "rack shelf") @key(fields: "shelf") {
        rack: ID @shareable shelf: ID @shareable weight: String }
    `,
    resolvers: { Query: { lots: () => [lot] }, ...hold('weight') },
  },
  {
    name: 'halls',
    sdl: `type Lot @key(fields: "site hall") @key(fields: "site") {
      site: ID @shareable hall: ID @shareable height: String }`,
    resolvers: hold('height'),
  },
  {
    name: 'parcels',
    sdl: `
      type Lot @key(fields: "site hall shelf") {
        site: ID @shareable hall: ID @shareable shelf: ID @shareable
        weight: String @external
        parcels: String @requires(fields: "weight")
      }
    `,
    resolvers: {
      Lot: {
        __resolveReference: (given: object) => given,
        parcels: (given: object) => JSON.stringify(given),
      },
    },
  },
  {
    name: 'sites',
    sdl: `type Lot @key(fields: "site", resolvable: false) @key(fields: "shelf") {
      site: ID @shareable shelf: ID @shareable }`,
    resolvers: hold('site'),
  },
];

test('an input is loaded before it is sent, however far away the keys are', async () => {
  const { ask, sent } = createFederation(LOTS);

  const { data, problems } = await ask('{ lots { parcels } }');

  expect(problems).toEqual([]);
  expect(data).toMatchObject({ lots: [{ parcels: expect.stringContaining('"weight":"weight"') }] });
  expect(sent.at(-1)?.subgraph).toBe('parcels');
});
