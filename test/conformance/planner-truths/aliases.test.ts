import { expect, test } from 'vitest';
import { createFederation } from '../../support/federation-fixture.ts';
import { BLOG } from './blog-fixture.ts';

const CASES: readonly (readonly [what: string, query: string, data: object])[] = [
  [
    'of a key',
    '{ article { id: heading plain } }',
    { article: { id: 'heading of p1', plain: 'plain p1' } },
  ],
  [
    'of a key, for a field of the other subgraph',
    '{ article { id: plain dollars } }',
    { article: { id: 'plain p1', dollars: '100' } },
  ],
  [
    'of an input',
    '{ article { comments: heading three price: plain dollars } }',
    {
      article: {
        comments: 'heading of p1',
        three: JSON.stringify([{ text: 'a' }, { text: 'b' }, { text: 'c' }]),
        price: 'plain p1',
        dollars: '100',
      },
    },
  ],
  [
    'of the type name',
    '{ posts { __typename: heading type: __typename ... on Article { plain } } }',
    {
      posts: [
        { __typename: 'heading of p1', type: 'Article', plain: 'plain p1' },
        { __typename: 'heading of p2', type: 'Note' },
      ],
    },
  ],
  [
    'that only planning knows',
    '{ article { meshgate_as_id: heading meshgate_input_2_price: plain dollars id: plain } }',
    {
      article: {
        meshgate_as_id: 'heading of p1',
        meshgate_input_2_price: 'plain p1',
        dollars: '100',
        id: 'plain p1',
      },
    },
  ],
  [
    'that two types use for different fields',
    '{ posts { ... on Article { id: plain dollars } ... on Note { id: heading dollars } } }',
    {
      posts: [
        { id: 'plain p1', dollars: '100' },
        { id: 'heading of p2', dollars: '100' },
      ],
    },
  ],
];

test.each(CASES)('a client may give a field the name %s', async (_, query, data) => {
  const { ask } = createFederation(BLOG);

  expect(await ask(query)).toEqual({ data, problems: [] });
});

test('an error stands at the name that the client chose', async () => {
  const { ask, override } = createFederation(BLOG);
  override('insights', () => ({
    ok: true,
    data: { _entities: [{ meshgate_as_id: null }] },
    errors: [{ message: 'no', path: ['_entities', 0, 'meshgate_as_id'], extensions: {} }],
  }));

  const { data, problems } = await ask('{ article { id: plain } }');

  expect(data).toEqual({ article: { id: null } });
  expect(problems.map(({ path }) => path)).toEqual([['article', 'id']]);
});
