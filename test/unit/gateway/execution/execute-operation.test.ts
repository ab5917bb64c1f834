import { expect, test } from 'vitest';
import { createLoadEntities } from '../../../../gateway/execution/calls/entity-loads.ts';
import type {
  CallSubgraph,
  SubgraphAnswer,
} from '../../../../gateway/execution/calls/subgraph-answer.ts';
import { createFederation, type FixtureSubgraph } from '../../../support/federation-fixture.ts';

const people = [
  { id: '1', name: 'Ada' },
  { id: '2', name: 'Grace' },
];

const accounts: FixtureSubgraph = {
  name: 'accounts',
  sdl: `
    type Query { me: User  users: [User!]! }
    type User @key(fields: "id") { id: ID! name: String! }
  `,
  resolvers: {
    Query: { me: () => people[0], users: () => people },
    User: { __resolveReference: ({ id }: { id: string }) => people.find((one) => one.id === id) },
  },
};

const reviews: FixtureSubgraph = {
  name: 'reviews',
  sdl: `
    type Query { latest(first: Int = 2): [Review!]! }
    type Mutation { add(body: String!): Review  count: Int }
    type User @key(fields: "id") { id: ID! reviews(first: Int): [Review!]! }
    type Review @key(fields: "id") { id: ID! body: String! author: User! product: Product }
    type Product @key(fields: "upc") { upc: ID! }
  `,
  resolvers: {
    Query: { latest: (_: unknown, { first }: { first: number }) => allReviews.slice(0, first) },
    User: {
      reviews: (user: { id: string }, { first }: { first?: number }) =>
        allReviews.filter((review) => review.author.id === user.id).slice(0, first ?? 10),
    },
    Review: { product: ({ upc }: { upc: string | null }) => (upc === null ? null : { upc }) },
  },
};

const allReviews = [
  { id: 'r1', body: 'Good', author: { id: '1' }, upc: 'a' },
  { id: 'r2', body: 'Bad', author: { id: '2' }, upc: 'b' },
  { id: 'r3', body: 'Fair', author: { id: '1' }, upc: null },
];

const products: FixtureSubgraph = {
  name: 'products',
  sdl: `
    type Query { top: Product }
    type Product @key(fields: "upc") { upc: ID! title: String price(currency: String = "USD"): Float }
  `,
  resolvers: {
    Query: { top: () => ({ upc: 'a' }) },
    Product: {
      __resolveReference: ({ upc }: { upc: string }) => (upc === 'gone' ? null : { upc }),
      title: ({ upc }: { upc: string }) => `Title ${upc}`,
      price: (_: unknown, { currency }: { currency: string }) => (currency === 'EUR' ? 0.9 : 1),
    },
  },
};

const subgraphs = [accounts, reviews, products];
const shop = () => createFederation(subgraphs);

test('joins entities over three subgraphs and answers in the order of the document', async () => {
  const federation = shop();

  const result = await federation.execute(
    '{ users { reviews { product { title upc } body } name id } }',
  );

  expect(result.dataText).toBe(
    JSON.stringify({
      users: [
        {
          reviews: [
            { product: { title: 'Title a', upc: 'a' }, body: 'Good' },
            { product: null, body: 'Fair' },
          ],
          name: 'Ada',
          id: '1',
        },
        {
          reviews: [{ product: { title: 'Title b', upc: 'b' }, body: 'Bad' }],
          name: 'Grace',
          id: '2',
        },
      ],
    }),
  );
  expect(result.problems).toEqual([]);
});

test('asks for each entity of a fetch once, wherever it stands', async () => {
  const federation = shop();

  const result = await federation.ask('{ latest(first: 3) { author { name } } }');

  expect(result.data).toEqual({
    latest: [
      { author: { name: 'Ada' } },
      { author: { name: 'Grace' } },
      { author: { name: 'Ada' } },
    ],
  });
  expect(federation.sent.at(-1)?.variables.representations).toEqual([
    { __typename: 'User', id: '1' },
    { __typename: 'User', id: '2' },
  ]);
});

test('passes coerced variables with their defaults to the subgraphs that use them', async () => {
  const federation = shop();

  await federation.ask(
    'query ($first: Int = 1, $currency: String!) { latest(first: $first) { product { price(currency: $currency) } } }',
    { currency: 'EUR' },
  );

  expect(federation.sent.map(({ subgraph, variables }) => ({ subgraph, variables }))).toEqual([
    { subgraph: 'reviews', variables: { first: 1 } },
    {
      subgraph: 'products',
      variables: { currency: 'EUR', representations: [{ __typename: 'Product', upc: 'a' }] },
    },
  ]);
});

test('leaves a subgraph unasked when @skip and @include say so', async () => {
  const federation = shop();
  const query =
    'query ($deep: Boolean!) { me { name reviews @include(if: $deep) { body } id @skip(if: $deep) } }';

  const shallow = await federation.ask(query, { deep: false });
  const asked = federation.sent.map(({ subgraph }) => subgraph);
  const deep = await federation.ask(query, { deep: true });

  expect(asked).toEqual(['accounts']);
  expect(shallow.data).toEqual({ me: { name: 'Ada', id: '1' } });
  expect(deep.data).toEqual({ me: { name: 'Ada', reviews: [{ body: 'Good' }, { body: 'Fair' }] } });
});

test('merges the selections of one response key, also through fragments', async () => {
  const result = await shop().ask(`
    { me { ...Named reviews { id } ... on User { reviews { product { upc } } } } }
    fragment Named on User { name reviews { body } }
  `);

  expect(result.data).toEqual({
    me: {
      name: 'Ada',
      reviews: [
        { body: 'Good', id: 'r1', product: { upc: 'a' } },
        { body: 'Fair', id: 'r3', product: null },
      ],
    },
  });
});

test('tells the client where in its answer an entity failed', async () => {
  const federation = shop();
  federation.override('products', () => ({
    ok: true,
    data: { _entities: [{ title: 'Title a' }, null] },
    errors: [
      { message: 'Out of stock', path: ['_entities', 1, 'title'], extensions: { public: true } },
    ],
  }));

  const result = await federation.ask('{ latest { id product { title } } }');

  expect(result.data).toEqual({
    latest: [
      { id: 'r1', product: { title: 'Title a' } },
      { id: 'r2', product: { title: null } },
    ],
  });
  expect(result.problems).toEqual([
    {
      code: 'SUBGRAPH_ERROR',
      message: 'The data product "products" reported an error that is not meant for clients.',
      path: ['latest', 1, 'product', 'title'],
      product: 'products',
      original: { message: 'Out of stock', extensions: { public: true } },
    },
  ]);
});

test('answers the rest when one product is away, with an error that names it', async () => {
  const federation = shop();
  federation.override('products', () => ({
    ok: false,
    code: 'SUBGRAPH_UNREACHABLE',
    message: 'away',
  }));

  const result = await federation.ask('{ latest { body product { upc title } } top { title } }');

  expect(result.data).toEqual({
    latest: [
      { body: 'Good', product: { upc: 'a', title: null } },
      { body: 'Bad', product: { upc: 'b', title: null } },
    ],
    top: null,
  });
  expect(result.problems).toEqual([
    { code: 'SUBGRAPH_UNREACHABLE', message: 'away', path: [], product: 'products' },
    { code: 'SUBGRAPH_UNREACHABLE', message: 'away', path: ['latest'], product: 'products' },
  ]);
});

test('lets a null rise to the nearest nullable place and explains it once', async () => {
  const federation = shop();
  federation.override('accounts', () => ({
    ok: true,
    data: {
      users: [
        { __typename: 'User', id: '1', name: null },
        { __typename: 'User', id: '2', name: 'Grace' },
      ],
    },
    errors: [],
  }));

  const result = await federation.ask('{ users { id name } }');

  expect(result.data).toBeNull();
  expect(result.problems).toEqual([
    {
      code: 'RESPONSE_NULL_NOT_ALLOWED',
      message: 'A data product answered null where the schema promises a value.',
      path: ['users', 0, 'name'],
    },
  ]);
});

test('does not explain a null a second time where the subgraph said why', async () => {
  const federation = shop();
  federation.override('accounts', () => ({
    ok: true,
    data: { me: null },
    errors: [{ message: 'No name', path: ['me', 'name'], extensions: {} }],
  }));

  const result = await federation.ask('{ me { name } }');

  expect(result.data).toEqual({ me: null });
  expect(result.problems.map(({ code, path }) => ({ code, path }))).toEqual([
    { code: 'SUBGRAPH_ERROR', path: ['me', 'name'] },
  ]);
});

test.each([
  ['a number where a string is promised', { me: { name: 7 } }, ['me', 'name']],
  ['an object where a list is promised', { users: {} }, ['users']],
  ['a list where an object is promised', { me: [] }, ['me']],
])('reports %s', async (_what, data, path) => {
  const federation = shop();
  federation.override('accounts', () => ({ ok: true, data, errors: [] }));

  const result = await federation.ask('me' in data ? '{ me { name } }' : '{ users { name } }');

  expect(result.problems.map((problem) => [problem.code, problem.path])).toEqual([
    ['RESPONSE_VALUE_INVALID', path],
  ]);
});

test('runs mutations one after the other', async () => {
  const federation = shop();
  const running: string[] = [];
  federation.override('reviews', (call) => {
    running.push((JSON.parse(call.body) as { query: string }).query);
    return { ok: true, data: { add: { id: 'r9' }, count: 4 }, errors: [] };
  });

  const result = await federation.ask('mutation { add(body: "New") { id } count }');

  expect(result.data).toEqual({ add: { id: 'r9' }, count: 4 });
  expect(running).toEqual(['mutation{add(body:"New"){id}count}']);
});

test('refuses variables that do not fit, before any subgraph is asked', async () => {
  const federation = shop();

  const result = await federation.ask('query ($first: Int!) { latest(first: $first) { id } }', {
    first: 'many',
  });

  expect(result.data).toBeUndefined();
  expect(result.problems.map(({ code }) => code)).toEqual(['VARIABLES_INVALID']);
  expect(federation.sent).toEqual([]);
});

test('answers introspection and type names without asking a subgraph', async () => {
  const federation = shop();

  const result = await federation.ask(
    `
    query ($name: String!) { __typename __type(name: $name) { ...T } s: __schema { queryType { name } } }
    fragment T on __Type { name kind }
  `,
    { name: 'Review' },
  );

  expect(result.data).toEqual({
    __typename: 'Query',
    __type: { name: 'Review', kind: 'OBJECT' },
    s: { queryType: { name: 'Query' } },
  });
  expect(federation.sent).toEqual([]);
});

test('a caller that gives up ends every call under way, and no product is blamed', async () => {
  const federation = shop();
  const outcome = await federation.prepare(
    '{ me { name } }',
    null,
    { authenticated: false, scopes: new Set(), policies: new Set() },
    federation.snapshot,
  );
  if (!outcome.ok) throw new Error('valid');
  const aborted: string[] = [];
  let abort = () => {};

  const callSubgraph: CallSubgraph = ({ subgraph }) => {
    let settle = (_answer: SubgraphAnswer) => {};
    return {
      answer: new Promise((resolve) => {
        settle = resolve;
      }),
      abort() {
        aborted.push(subgraph);
        settle({ ok: false, code: 'SUBGRAPH_TIMEOUT', message: 'given up' });
      },
    };
  };
  const running = outcome.executable.execute({
    variables: null,
    headersFor: () => ({}),
    timeoutMs: 5000,
    onStart: (given) => {
      abort = given;
    },
    callSubgraph,
    loadEntities: createLoadEntities(callSubgraph, null),
    memory: null,
  });
  abort();

  expect(await running).toEqual({ dataText: 'null', problems: [] });
  expect(aborted).toEqual(['accounts']);
});
