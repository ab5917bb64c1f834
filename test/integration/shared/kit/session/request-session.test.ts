import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { type RunningNotes, startNotes } from '../../../../support/start-notes.ts';

let notes: RunningNotes;

beforeAll(async () => {
  notes = await startNotes({ poolSize: 2, statementTimeoutMs: 2000 });
});
afterAll(() => notes.close());
beforeEach(() => {
  notes.statements.length = 0;
});

const REGIONS_SEEN = '{ claims notes(first: 200) { totalCount nodes { region } } }';

test('interleaved requests of different callers on two connections never see each other’s rows', async () => {
  const callers = [
    { as: { subject: 'west', claims: { regions: ['West'] } }, sees: ['WEST'], count: 20 },
    { as: { subject: 'east', claims: { regions: ['East'] } }, sees: ['EAST'], count: 20 },
    {
      as: { subject: 'both', claims: { regions: ['West', 'East'] } },
      sees: ['EAST', 'WEST'],
      count: 40,
    },
    { as: { subject: 'none', claims: {} }, sees: [], count: 0 },
    { as: {}, sees: [], count: 0 },
  ];
  const requests = Array.from({ length: 100 }, (_, index) => callers[index % callers.length]);

  const answers = await Promise.all(
    requests.map(async (caller) => {
      const { body } = await notes.ask({ query: REGIONS_SEEN, as: caller?.as ?? {} });
      return body.data as {
        claims: string;
        notes: { totalCount: number; nodes: { region: string }[] };
      };
    }),
  );

  expect(
    answers.map(({ claims, notes: { totalCount, nodes } }) => ({
      claims: JSON.parse(claims),
      totalCount,
      regions: [...new Set(nodes.map((node) => node.region))].sort(),
    })),
  ).toEqual(
    requests.map((caller) => ({
      claims: {
        ...caller?.as.claims,
        ...(caller?.as.subject === undefined ? {} : { sub: caller.as.subject }),
      },
      totalCount: caller?.count,
      regions: caller?.sees,
    })),
  );
});

test('a row claim named sub does not stand in for the subject', async () => {
  const { body } = await notes.ask({ query: '{ claims }', as: { claims: { sub: 'admin' } } });

  expect(JSON.parse(String(body.data?.claims))).toEqual({});
});

test('claims with quotes and backslashes arrive as they are', async () => {
  const claims = { regions: [`O'Neill\\"; DROP TABLE note; --`, "\\'", '\u0007 é 漢 😀'] };

  const { body } = await notes.ask({ query: '{ claims }', as: { claims } });

  expect(JSON.parse(String(body.data?.claims))).toEqual(claims);
});

test('a nested list takes one statement per entity type, however many rows it has', async () => {
  await notes.ask({
    query: '{ notes(first: 40) { nodes { id author { name notes { id author { id } } } } } }',
  });

  expect(notes.statements).toHaveLength(3);
});

test('entities of one type in one gateway fetch take one statement', async () => {
  const representations = Array.from({ length: 30 }, (_, index) => ({
    __typename: 'Note',
    id: String(index + 1),
  }));

  const { body } = await notes.ask({
    query:
      'query ($representations: [_Any!]!) { _entities(representations: $representations) { ... on Note { text } } }',
    variables: { representations },
  });

  expect(body.data?._entities).toHaveLength(30);
  expect(notes.statements).toHaveLength(1);
});

test('an entity that the caller may not see is null, like one that does not exist', async () => {
  const representations = ['1', '2', '999'].map((id) => ({ __typename: 'Note', id }));

  const { body } = await notes.ask({
    query:
      'query ($representations: [_Any!]!) { _entities(representations: $representations) { ... on Note { text } } }',
    variables: { representations },
    as: { claims: { regions: ['West'] } },
  });

  expect(body).toEqual({ data: { _entities: [null, { text: 'Note 2' }, null] } });
});

test('a field that needs no statement opens no session', async () => {
  await notes.ask({ query: '{ waits }' });

  expect(notes.statements).toEqual([]);
});

test('a statement that fails leaves the other fields of the request standing', async () => {
  const { body } = await notes.ask({
    query: '{ first: notes(first: 1) { totalCount } breaksStatement claims }',
    as: { subject: 'ana', claims: { regions: ['West'] } },
  });

  expect(body.data).toEqual({
    first: { totalCount: 20 },
    breaksStatement: null,
    claims: '{"regions":["West"],"sub":"ana"}',
  });
  expect(body.errors).toHaveLength(1);
});

test('a statement ends at the deadline that the gateway names', async () => {
  const { body } = await notes.ask({
    query: '{ slow(seconds: 30) }',
    headers: { 'x-meshgate-deadline-ms': '50' },
  });

  expect(body).toMatchObject({
    data: { slow: null },
    errors: [{ path: ['slow'], extensions: { code: 'INTERNAL_ERROR' } }],
  });
});

test('mutations that read before and after they write never wait for each other’s connections', async () => {
  const mutations = Array.from({ length: 8 }, (_, index) =>
    notes.ask({
      query: `mutation {
        a: addNote(input: { text: "a", region: WEST, idempotencyKey: "a${index}" }) { note { author { name } } }
        b: addNote(input: { text: "b", region: WEST, idempotencyKey: "b${index}" }) { note { author { name } } }
      }`,
    }),
  );

  const answers = await Promise.all(mutations);

  const payload = { note: { author: { name: 'Author 1' } } };
  expect(answers.map(({ body }) => body)).toEqual(
    answers.map(() => ({ data: { a: payload, b: payload } })),
  );
});
