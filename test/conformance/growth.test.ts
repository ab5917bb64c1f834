import { expect, test } from 'vitest';
import { loadSupergraphSnapshot } from '../../gateway/supergraph/load-supergraph-snapshot.ts';
import { createFederation, type FixtureSubgraph } from '../support/federation-fixture.ts';

/**
 * What grows with a supergraph and with an answer. Times are compared with each other
 * only, each the best of several: what else the machine does makes a run longer, never shorter.
 */
const MINUTES_MS = 240_000;

const TYPES_EACH = 20;

/** Each subgraph owns twenty entity types and adds a field to one of its neighbour's. */
function generateSubgraphs(count: number): readonly FixtureSubgraph[] {
  return Array.from({ length: count }, (_, index) => {
    const neighbour = (index + 1) % count;
    const types = Array.from(
      { length: TYPES_EACH },
      (_unused, type) =>
        `type T${index}x${type} @key(fields: "id") { id: ID! name: String size: Int next: T${index}x${(type + 1) % TYPES_EACH} }`,
    );
    return {
      name: `s${index}`,
      sdl: `
        type Query { q${index}: T${index}x0 }
        ${types.join('\n')}
        type T${neighbour}x0 @key(fields: "id") { id: ID! from${index}: Int }
      `,
      resolvers: {},
    };
  });
}

const best = async (times: number, work: () => unknown): Promise<number> => {
  let shortest = Number.POSITIVE_INFINITY;
  for (let time = 0; time < times; time += 1) {
    const startedAt = performance.now();
    await work();
    shortest = Math.min(shortest, performance.now() - startedAt);
  }
  return shortest;
};

/** The engine over generated subgraphs, which answer the one question of the test at once. */
function serve(count: number) {
  const federation = createFederation(generateSubgraphs(count));
  federation.override('s0', () => ({
    ok: true,
    data: { q0: { __typename: 'T0x0', id: '1', name: 'one', next: { name: 'two' } } },
    errors: [],
  }));
  const last = `s${count - 1}`;
  federation.override(last, () => ({
    ok: true,
    data: { _entities: [{ __typename: 'T0x0', [`from${count - 1}`]: 3 }] },
    errors: [],
  }));
  const { snapshot, supergraphSdl } = federation;
  const request = () => federation.ask(`{ q0 { name next { name } from${count - 1} } }`);
  return { snapshot, supergraphSdl, request };
}

test('a hundred subgraphs with 2,000 types compose, load in proportion and cost a warm request nothing', {
  timeout: MINUTES_MS,
}, async () => {
  const small = serve(10);
  const large = serve(100);
  expect(await large.request()).toEqual({
    data: { q0: { name: 'one', next: { name: 'two' }, from99: 3 } },
    problems: [],
  });
  expect(await small.request()).toEqual({
    data: { q0: { name: 'one', next: { name: 'two' }, from9: 3 } },
    problems: [],
  });
  expect(Object.keys(large.snapshot.schema.getTypeMap()).length).toBeGreaterThan(2000);

  const loading = {
    small: await best(3, () => loadSupergraphSnapshot(small.supergraphSdl)),
    large: await best(2, () => loadSupergraphSnapshot(large.supergraphSdl)),
  };
  const many = (request: () => Promise<unknown>) => async () => {
    for (let time = 0; time < 200; time += 1) await request();
  };
  await many(large.request)();
  await many(small.request)();
  const warm = {
    small: await best(20, many(small.request)),
    large: await best(20, many(large.request)),
  };

  // Ten times the types; a hundred would be quadratic.
  expect(loading.large / loading.small).toBeLessThan(40);
  expect(warm.large / warm.small).toBeLessThan(1.5);
});

const shop: readonly FixtureSubgraph[] = [
  {
    name: 'items',
    sdl: 'type Query { items: [Item!]! } type Item @key(fields: "id") { id: ID! price: Int }',
    resolvers: {},
  },
  {
    name: 'names',
    sdl: 'type Query { unused: Int } type Item @key(fields: "id") { id: ID! name: String }',
    resolvers: {},
  },
];

test('the time for an answer does not grow with the square of its entities', {
  timeout: MINUTES_MS,
}, async () => {
  const perEntity = async (count: number): Promise<number> => {
    const { ask, override } = createFederation(shop);
    const indexes = Array.from({ length: count }, (_, index) => index);
    const items = JSON.stringify(
      indexes.map((index) => ({ __typename: 'Item', id: `item-${index}`, price: index })),
    );
    const names = JSON.stringify(
      indexes.map((index) => ({ __typename: 'Item', name: `Name of ${index}` })),
    );
    override('items', () => ({ ok: true, data: { items: JSON.parse(items) }, errors: [] }));
    override('names', () => ({ ok: true, data: { _entities: JSON.parse(names) }, errors: [] }));
    const request = () => ask('{ items { id price name } }');
    const { data } = await request();
    expect(data).toEqual({
      items: indexes.map((price) => ({ id: `item-${price}`, price, name: `Name of ${price}` })),
    });
    return (await best(8, request)) / count;
  };
  await perEntity(1000);

  const few = await perEntity(10_000);
  const many = await perEntity(100_000);

  // Ten times the entities; ten would be quadratic, and the garbage of a larger answer costs more.
  expect(many / few).toBeLessThan(6);
});
