import type { RequestListener } from 'node:http';
import { expect, test } from 'vitest';
import type { FixtureSubgraph } from '../../support/federation-fixture.ts';
import { serveFederation } from '../../support/serve-federation.ts';

const shelves: FixtureSubgraph[] = [
  {
    name: 'shelves',
    sdl: 'type Query { shelf: [Book!]! } type Book @key(fields: "id") { id: ID! }',
    resolvers: {},
  },
  {
    name: 'titles',
    sdl: 'type Book @key(fields: "id") { id: ID! title: String }',
    resolvers: {},
  },
];

const QUERY = { query: '{ shelf { id title } }' };
const SHELF = { shelf: [{ __typename: 'Book', id: '1' }] };

interface Said {
  title: string | null;
  status: number;
  held: boolean;
}

/** A gateway over two subgraphs, of which the second says what the test wants and to whom it says it. */
async function serveShelves(settings: Readonly<Record<string, string>> = {}) {
  const gateway = await serveFederation(shelves, {
    FORWARD_HEADERS: 'x-reader',
    SUBGRAPH_ERRORS: 'masked',
    ...settings,
  });
  const said: Said = { title: 'Emma', status: 200, held: false };
  const readers: string[] = [];
  const toJson =
    (data: (reader: string) => object | null): RequestListener =>
    (request, response) => {
      const reader = String(request.headers['x-reader'] ?? 'nobody');
      const answer = data(reader);
      request.resume();
      response.writeHead(said.status, { 'content-type': 'application/json' });
      response.end(said.status === 200 ? JSON.stringify({ data: answer }) : 'away');
    };
  gateway.replace(
    'shelves',
    toJson(() => SHELF),
  );
  const answerTitles = toJson((reader) => {
    readers.push(reader);
    const { title } = said;
    return { _entities: [{ title: title === null ? null : `${title}, for ${reader}` }] };
  });
  gateway.replace('titles', (request, response) => {
    if (!said.held) answerTitles(request, response);
  });
  return {
    said,
    readers,
    ask: async (reader = 'ada') => (await gateway.post(QUERY, { 'x-reader': reader })).body,
  };
}

const answerOf = (title: string | null) => ({ data: { shelf: [{ id: '1', title }] } });

test('every request asks the products itself, also when its answer has not changed', async () => {
  const { ask, readers } = await serveShelves();

  const answers = [];
  for (let count = 0; count < 5; count += 1) answers.push(await ask());

  expect(answers).toEqual(Array(5).fill(answerOf('Emma, for ada')));
  expect(readers).toEqual(Array(5).fill('ada'));
});

test('a caller gets what the products say to that caller, whoever asked before', async () => {
  const { ask } = await serveShelves();
  for (let count = 0; count < 3; count += 1) await ask('ada');

  const answers = await Promise.all(['ada', 'bob', 'ada', 'cleo'].map(ask));

  expect(answers).toEqual(
    ['ada', 'bob', 'ada', 'cleo'].map((reader) => answerOf(`Emma, for ${reader}`)),
  );
});

test('a change is in the next answer, and costs no second call', async () => {
  const { ask, said, readers } = await serveShelves();
  for (let count = 0; count < 4; count += 1) await ask();

  said.title = 'Persuasion';

  expect(await ask()).toEqual(answerOf('Persuasion, for ada'));
  expect(readers).toHaveLength(5);
});

test('a product that fails after answers were remembered is an error, and its recovery is seen', async () => {
  const { ask, said } = await serveShelves();
  for (let count = 0; count < 4; count += 1) await ask();

  said.status = 503;
  const failed = await ask();
  said.status = 200;
  const recovered = await ask();

  expect(failed.data).toBeNull();
  expect(failed.errors?.map(({ extensions }) => extensions.code)).toContain('SUBGRAPH_UNREACHABLE');
  expect(recovered).toEqual(answerOf('Emma, for ada'));
});

test('a request that is late keeps what has come, also when it asked what was asked before', async () => {
  const { ask, said } = await serveShelves({ REQUEST_TIMEOUT_MS: '200' });
  for (let count = 0; count < 4; count += 1) await ask();

  said.held = true;
  const late = await ask();

  expect(late).toEqual({
    data: { shelf: [{ id: '1', title: null }] },
    errors: [
      expect.objectContaining({ extensions: { code: 'SUBGRAPH_TIMEOUT', product: 'titles' } }),
    ],
  });
});
