import { expect, test } from 'vitest';
import type { PreparationSettings } from '../../../../gateway/operation/parse-operation.ts';
import type { PlanDocument } from '../../../../gateway/operation/plan-operation.ts';
import { createPrepareOperation } from '../../../../gateway/operation/prepare-operation.ts';
import type { ErrorCode } from '../../../../shared/errors/error-catalog.ts';
import { MeshgateError } from '../../../../shared/errors/meshgate-error.ts';
import {
  createFederation,
  type FixtureSubgraph,
  holding,
  NOBODY,
  OPEN_LIMITS,
  PLAN_CACHE_BYTES,
} from '../../../support/federation-fixture.ts';

const tree: FixtureSubgraph = {
  name: 'tree',
  sdl: `
    type Query { root: Node leaf(id: ID): String secret: String @requiresScopes(scopes: [["s"]]) }
    type Mutation { grow: Int }
    type Node { child: Node children: [Node!]! name: String }
  `,
  resolvers: { Query: { root: () => null } },
};

const subgraphs = [tree];
const { snapshot } = createFederation(subgraphs);

const limited = (limits: Partial<PreparationSettings['limits']>, more = {}) =>
  createFederation(subgraphs, {
    ...OPEN_LIMITS,
    limits: { ...OPEN_LIMITS.limits, ...limits },
    ...more,
  });

const codesOf = async (settings: ReturnType<typeof limited>, query: string) => {
  const { problems } = await settings.ask(query);
  return problems.map(({ code }) => code);
};

const nested = (depth: number): string => (depth === 0 ? 'name' : `child { ${nested(depth - 1)} }`);

test.each([
  ['tokens', { tokens: 20 }, `{ ${'root { name } '.repeat(10)} }`, 'DOCUMENT_TOKENS_EXCEEDED'],
  ['depth', { depth: 10 }, `{ root { ${nested(40)} } }`, 'DOCUMENT_DEPTH_EXCEEDED'],
  ['aliases', { aliases: 2 }, '{ a: leaf b: leaf c: leaf }', 'DOCUMENT_ALIASES_EXCEEDED'],
  [
    'root fields',
    { rootFields: 2 },
    '{ a: leaf b: leaf c: leaf }',
    'DOCUMENT_ROOT_FIELDS_EXCEEDED',
  ],
  [
    'directives',
    { directives: 1 },
    '{ leaf @skip(if: false) @include(if: true) }',
    'DOCUMENT_DIRECTIVES_EXCEEDED',
  ],
] as const)('refuses a document over its limit of %s', async (_what, limits, query, code) => {
  expect(await codesOf(limited(limits), query)).toEqual([code]);
  expect(await codesOf(limited({}), query)).toEqual([]);
});

test('measures depth and root fields through fragments', async () => {
  const spread = `{ ...A } fragment A on Query { root { ...B } leaf } fragment B on Node { child { name } }`;

  expect(await codesOf(limited({ depth: 2 }), spread)).toEqual(['DOCUMENT_DEPTH_EXCEEDED']);
  expect(await codesOf(limited({ rootFields: 1 }), spread)).toEqual([
    'DOCUMENT_ROOT_FIELDS_EXCEEDED',
  ]);
});

test('refuses a short document whose fragments double with every level, in short time', async () => {
  const levels = Array.from({ length: 60 }, (_, level) =>
    level === 59
      ? 'fragment F59 on Node { name }'
      : `fragment F${level} on Node { ...F${level + 1} ...F${level + 1} }`,
  );

  const codes = await codesOf(limited({}), `{ root { ...F0 } } ${levels.join(' ')}`);

  expect(codes).toEqual(['DOCUMENT_SELECTIONS_EXCEEDED']);
});

test('refuses a document whose fields would be compared with each other millions of times', async () => {
  const { problems } = await limited({}).ask(
    `{ root { ${'child { child { name } } '.repeat(700)} } }`,
  );

  expect(problems).toEqual([
    {
      code: 'GRAPHQL_VALIDATION_FAILED',
      message:
        'The document selects the same fields so often that it was given up to check whether they fit together; write each field of an object once.',
    },
  ]);
});

test('refuses fragments that spread each other in a circle', async () => {
  const circle =
    '{ root { ...A } } fragment A on Node { child { ...B } } fragment B on Node { ...A }';

  expect(await codesOf(limited({}), circle)).toEqual(['GRAPHQL_VALIDATION_FAILED']);
});

test.each([
  ['{ root {', 'GRAPHQL_PARSE_FAILED'],
  ['{ unknown }', 'GRAPHQL_VALIDATION_FAILED'],
  ['query A { leaf } query B { leaf }', 'OPERATION_NAME_UNKNOWN'],
  ['fragment A on Node { name }', 'OPERATION_NAME_UNKNOWN'],
  ['subscription { leaf }', 'OPERATION_KIND_UNSUPPORTED'],
])('refuses %s', async (query, code) => {
  expect(await codesOf(limited({}), query)).toEqual([code]);
});

test('suggests names in development and keeps them to itself in production', async () => {
  const development = await limited({}).ask('{ roott { name } }');
  const production = await limited({}, { suggestions: false }).ask('{ roott { name } }');

  expect(development.problems[0]?.message).toContain('Did you mean');
  expect(production.problems[0]?.message).toBe('Cannot query field "roott" on type "Query".');
});

test('refuses introspection where it is off, and still says what type an object has', async () => {
  const closed = limited({}, { introspection: false });

  expect(await codesOf(closed, '{ __schema { types { name } } }')).toEqual([
    'INTROSPECTION_DISABLED',
  ]);
  expect(await closed.ask('{ __typename }')).toEqual({
    data: { __typename: 'Query' },
    problems: [],
  });
});

const readOnly: readonly FixtureSubgraph[] = [
  { name: 'tree', sdl: 'type Query { leaf: String }', resolvers: { Query: {} } },
];

test('refuses a mutation where no product offers one', async () => {
  const { problems } = await createFederation(readOnly).ask('mutation { __typename }');

  expect(problems).toEqual([
    {
      code: 'OPERATION_KIND_UNSUPPORTED',
      message: 'No data product of this supergraph offers a mutation.',
    },
  ]);
});

const counting = (capacityBytes = PLAN_CACHE_BYTES, plan: PlanDocument = () => null) => {
  const counts = { hit: 0, miss: 0, compiled: 0, evicted: 0 };
  const failures: string[] = [];
  const clock = { now: 1 };
  const prepare = createPrepareOperation(
    capacityBytes,
    OPEN_LIMITS,
    plan,
    () => {
      counts.compiled += 1;
      return {};
    },
    {
      hit: () => (counts.hit += 1),
      miss: () => (counts.miss += 1),
      evicted: () => (counts.evicted += 1),
      failed: ({ code }) => failures.push(code),
    },
    () => clock.now,
  );
  return { prepare, counts, failures, clock };
};

test('prepares an operation once for all callers of one authorization shape', () => {
  const { prepare, counts } = counting();

  const nobody = prepare('{ leaf secret }', null, NOBODY, snapshot);
  prepare('{ leaf secret }', null, holding('unrelated'), snapshot);
  const { bytes } = prepare.memoryUse();
  prepare('{ leaf secret }', null, holding('s'), snapshot);
  expect(prepare.memoryUse().bytes).toBeGreaterThan(bytes);
  const again = prepare('{ leaf secret }', null, holding('other'), snapshot);

  expect(counts).toEqual({ hit: 2, miss: 2, compiled: 2, evicted: 0 });
  expect(again).toBe(nobody);
});

test('remembers rejections apart, so junk cannot push out good plans', () => {
  const { prepare, counts } = counting(100_000);
  prepare('{ leaf }', null, NOBODY, snapshot);

  for (let junk = 0; junk < 100; junk += 1) prepare(`{ junk${junk} }`, null, NOBODY, snapshot);
  prepare('{ leaf }', null, NOBODY, snapshot);

  expect(counts).toEqual({ hit: 1, miss: 1, compiled: 1, evicted: 0 });
  expect(prepare.memoryUse().bytes).toBeLessThan(100_000);
});

test('forgets the least recently used operation when its bytes are full', () => {
  const { prepare, counts } = counting(100_000);
  const asks = (count: number) => {
    for (let alias = 0; alias < count; alias += 1) {
      prepare(`{ a${alias}: leaf }`, null, NOBODY, snapshot);
      prepare('{ leaf }', null, NOBODY, snapshot);
    }
  };

  asks(200);

  expect(prepare.memoryUse().bytes).toBeLessThanOrEqual(100_000);
  expect(counts.evicted).toBeGreaterThan(100);
  expect(counts.evicted + prepare.memoryUse().operations).toBe(counts.compiled);
  expect(counts.compiled).toBe(201);
});

test('prepares again for another version of the supergraph', () => {
  const { prepare, counts } = counting();
  prepare('{ leaf }', null, NOBODY, snapshot);

  prepare('{ leaf }', null, NOBODY, { ...snapshot, version: 'next' });

  expect(counts.compiled).toBe(2);
});

test('names the operations in use, the most used first, and forgets those of a snapshot', () => {
  const { prepare } = counting();
  const next = { ...snapshot, version: 'next' };
  prepare('{ leaf }', null, NOBODY, snapshot);
  for (let times = 0; times < 3; times += 1) {
    prepare('query Q { root { name } }', 'Q', NOBODY, snapshot);
  }
  prepare('{ other: leaf }', null, NOBODY, next);

  expect(prepare.inUse(snapshot, 10)).toEqual([
    { text: 'query Q { root { name } }', operationName: 'Q', rights: NOBODY },
    { text: '{ leaf }', operationName: null, rights: NOBODY },
  ]);
  expect(prepare.inUse(snapshot, 1)).toHaveLength(1);

  prepare.forget(snapshot);

  expect(prepare.inUse(snapshot, 10)).toEqual([]);
  expect(prepare.inUse(next, 10)).toHaveLength(1);
});

test('plans once for all who ask for an operation while it is planned', async () => {
  let settle = (_plan: null) => {};
  const { prepare, counts } = counting(
    PLAN_CACHE_BYTES,
    () => new Promise((resolve) => (settle = resolve)),
  );

  const first = prepare('{ leaf secret }', null, NOBODY, snapshot);
  const second = prepare('{ leaf secret }', null, holding('unrelated'), snapshot);
  settle(null);

  expect(await first).toBe(await second);
  expect(prepare('{ leaf secret }', null, NOBODY, snapshot)).toBe(await first);
  expect(counts).toEqual({ hit: 2, miss: 1, compiled: 1, evicted: 0 });
});

const refusing = (code: ErrorCode) => {
  let planned = 0;
  const plan = () => {
    planned += 1;
    return Promise.reject(new MeshgateError(code));
  };
  return { ...counting(PLAN_CACHE_BYTES, plan), planned: () => planned };
};

test('remembers for a minute that an operation takes too long to plan', async () => {
  const { prepare, clock, failures, planned } = refusing('OPERATION_PLANNING_TIMEOUT');

  const first = await prepare('{ leaf }', null, NOBODY, snapshot);
  clock.now = 59_000;
  const second = prepare('{ leaf }', null, NOBODY, snapshot);

  expect(first).toMatchObject({ ok: false, problems: [{ code: 'OPERATION_PLANNING_TIMEOUT' }] });
  expect(second).toBe(first);
  expect(planned()).toBe(1);
  clock.now = 61_000;
  await prepare('{ leaf }', null, NOBODY, snapshot);
  expect(planned()).toBe(2);
  expect(failures).toEqual(['OPERATION_PLANNING_TIMEOUT', 'OPERATION_PLANNING_TIMEOUT']);
});

test('plans again what was refused because of others', async () => {
  const { prepare, planned } = refusing('OPERATION_PLANNING_OVERLOADED');

  await prepare('{ leaf }', null, NOBODY, snapshot);
  await prepare('{ leaf }', null, NOBODY, snapshot);

  expect(planned()).toBe(2);
});
