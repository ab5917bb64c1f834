import { expect, test } from 'vitest';
import { createFederation } from '../../support/federation-fixture.ts';
import { BLOG } from './blog-fixture.ts';

const texts = (...letters: string[]) => letters.map((text) => ({ text }));
const THREE = JSON.stringify(texts('a', 'b', 'c'));
const USUAL = JSON.stringify(texts('a', 'b'));

type Row = readonly [
  what: string,
  query: string,
  data: object,
  variables?: Readonly<Record<string, unknown>>,
];

const toCase = ([what, query, data, variables = {}]: Row) => ({ what, query, data, variables });

const CASES: readonly Row[] = [
  [
    'an argument that is written out',
    '{ article { comments(limit: 1) { text } three } }',
    { article: { comments: texts('a'), three: THREE } },
  ],
  [
    'an argument in a variable',
    'query ($n: Int!) { article { three comments(limit: $n) { text } } }',
    { article: { three: THREE, comments: texts('a') } },
    { n: 1 },
  ],
  [
    'an argument that is the same',
    '{ article { comments(limit: 3) { text } three } }',
    { article: { comments: texts('a', 'b', 'c'), three: THREE } },
  ],
  [
    'an argument that has its default for the client',
    '{ article { comments { text } three } }',
    { article: { comments: texts('a', 'b'), three: THREE } },
  ],
  [
    'an argument that has its default for the input',
    '{ article { comments(limit: 4) { text } usual } }',
    { article: { comments: texts('a', 'b', 'c', 'd'), usual: USUAL } },
  ],
  [
    'a named fragment',
    '{ article { ...One three } } fragment One on Post { comments(limit: 1) { text } }',
    { article: { comments: texts('a'), three: THREE } },
  ],
  [
    'inline fragments on a list of an interface',
    '{ posts { comments(limit: 1) { text } ... on Article { three } ... on Note { three } } }',
    {
      posts: [
        { comments: texts('a'), three: THREE },
        { comments: texts('e'), three: JSON.stringify(texts('e', 'f')) },
      ],
    },
  ],
  [
    'aliases of both',
    '{ article { one: comments(limit: 1) { t: text } two: comments(limit: 2) { t: text } x: three } }',
    { article: { one: [{ t: 'a' }], two: [{ t: 'a' }, { t: 'b' }], x: THREE } },
  ],
  [
    'an argument below another field',
    '{ article { comments(limit: 1) { length(unit: "letters") } bytes } }',
    { article: { comments: [{ length: 1 }], bytes: JSON.stringify([{ length: 8 }]) } },
  ],
  [
    'a parent that is an interface',
    '{ article { related { price(currency: "GBP") } relatedPrice } }',
    { article: { related: { price: 80 }, relatedPrice: '90' } },
  ],
];

test.each(CASES.map(toCase))(
  'client and input each get their own rows: $what',
  async ({ query, data, variables }) => {
    const { ask } = createFederation(BLOG);

    expect(await ask(query, variables)).toEqual({ data, problems: [] });
  },
);

const RIVALS: readonly Row[] = [
  ['of one type', '{ article { dollars euros } }', { article: { dollars: '100', euros: '90' } }],
  [
    'beside the client, who asks a third',
    '{ article { price(currency: "GBP") euros dollars plain } }',
    { article: { price: 80, euros: '90', dollars: '100', plain: 'plain p1' } },
  ],
  [
    'below another field',
    '{ article { bytes letters three } }',
    {
      article: {
        bytes: JSON.stringify([{ length: 8 }]),
        letters: JSON.stringify([{ length: 1 }]),
        three: THREE,
      },
    },
  ],
  [
    'of fields in several subgraphs',
    '{ article { pounds dollars euros price(currency: "USD") } }',
    { article: { pounds: '80', dollars: '100', euros: '90', price: 100 } },
  ],
  [
    'of an input that has inputs',
    '{ article { both euros pounds } }',
    {
      article: { both: JSON.stringify({ euros: '90', price: 100 }), euros: '90', pounds: '80' },
    },
  ],
  [
    'where some are left out',
    'query ($no: Boolean!) { article { dollars @include(if: $no) euros pounds @skip(if: $no) } }',
    { article: { euros: '90', pounds: '80' } },
    { no: false },
  ],
  [
    'beside a fragment that does not apply',
    '{ article { dollars euros relatedPrice } }',
    { article: { dollars: '100', euros: '90', relatedPrice: '90' } },
  ],
  [
    'in a list of several types',
    '{ posts { ... on Article { dollars euros } ... on Note { dollars } } }',
    { posts: [{ dollars: '100', euros: '90' }, { dollars: '100' }] },
  ],
];

test.each(RIVALS.map(toCase))(
  'inputs with different arguments are different: $what',
  async ({ query, data, variables }) => {
    const { ask } = createFederation(BLOG);

    expect(await ask(query, variables)).toEqual({ data, problems: [] });
  },
);

test('a fetch that needs one input with two arguments becomes two fetches side by side', async () => {
  const { ask, sent } = createFederation(BLOG);

  await ask('{ article { dollars plain euros } }');

  expect(sent.slice(1).map(({ variables }) => variables.representations)).toEqual([
    [{ __typename: 'Article', id: 'p1', price: 100 }],
    [{ __typename: 'Article', id: 'p1', price: 90 }],
  ]);
});

test('inputs of objects that stand at one path below different types are loaded apart', async () => {
  const { ask } = createFederation(BLOG);

  const { data, problems } = await ask(`{ posts { related {
    ... on Article { related { ... on Article { usual } } }
    ... on Note { related { ... on Article { euros } } }
  } } }`);

  expect(data).toEqual({
    posts: [{ related: { related: { usual: USUAL } } }, { related: { related: {} } }],
  });
  expect(problems).toEqual([]);
});

test('nobody can ask for what exists for planning only', async () => {
  const { ask, snapshot } = createFederation(BLOG);

  const { problems } = await ask('{ article { meshgate_input_0_comments { text } } }');

  expect(problems.map(({ code }) => code)).toEqual(['GRAPHQL_VALIDATION_FAILED']);
  expect(JSON.stringify(snapshot.schema.toConfig().types.map(String))).not.toContain('meshgate');
});

test('an input that fails leaves an error where the client can see it', async () => {
  const { ask, override } = createFederation(BLOG);
  override('content', () => ({
    ok: true,
    data: { article: { __typename: 'Article', id: 'p1', meshgate_input_2_price: null } },
    errors: [{ message: 'no rate', path: ['article', 'meshgate_input_2_price'], extensions: {} }],
  }));

  const { data, problems } = await ask('{ article { dollars } }');

  expect(data).toEqual({ article: { dollars: 'null' } });
  expect(problems.map(({ code, path }) => ({ code, path }))).toEqual([
    { code: 'SUBGRAPH_ERROR', path: ['article'] },
  ]);
});
