import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { type RunningNotes, startNotes } from '../../../../support/start-notes.ts';

let notes: RunningNotes;

beforeAll(async () => {
  notes = await startNotes();
});
afterAll(() => notes.close());
beforeEach(() => {
  notes.log.length = 0;
});

const MASKED = {
  message: 'Something went wrong inside the gateway; the request id leads to the log.',
  extensions: { code: 'INTERNAL_ERROR' },
};

test('what a resolver throws by mistake leaves without a word of its own and is logged once', async () => {
  const { status, body } = await notes.ask({ query: '{ breaks }' });

  expect(status).toBe(200);
  expect(body).toEqual({
    data: { breaks: null },
    errors: [{ ...MASKED, path: ['breaks'], locations: [{ line: 1, column: 3 }] }],
  });
  expect(notes.log.filter(({ level }) => level === 'error')).toMatchObject([
    { msg: 'A resolver failed.', path: ['breaks'], err: { message: 'The secret is 4711.' } },
  ]);
});

test('what Postgres refuses is masked and logged with its SQLSTATE', async () => {
  const { body } = await notes.ask({ query: '{ breaksStatement }' });

  expect(body.errors).toMatchObject([MASKED]);
  expect(notes.log.filter(({ level }) => level === 'error')).toMatchObject([
    { err: { code: 'INTERNAL_ERROR', message: expect.stringContaining('42P01') } },
  ]);
});

test('an error for the client keeps code, message and details, is marked public and not logged', async () => {
  const { body } = await notes.ask({ query: '{ refuses }' });

  expect(body.errors).toEqual([
    {
      message: 'Ask for something else.',
      path: ['refuses'],
      locations: [{ line: 1, column: 3 }],
      extensions: { code: 'INPUT_INVALID', public: true, argument: 'something' },
    },
  ]);
  expect(notes.log.filter(({ level }) => level === 'error')).toEqual([]);
});

test.each([
  ['{ authors { nme } }', 'GRAPHQL_VALIDATION_FAILED', /Cannot query field "nme"/],
  ['{ authors {', 'GRAPHQL_PARSE_FAILED', /Syntax Error/],
  ['query ($n: Int!) { notes(first: $n) { totalCount } }', 'BAD_USER_INPUT', /\$n/],
])(
  'what is wrong with the document %s goes to the gateway, which wrote it',
  async (query, code, message) => {
    const { status, body } = await notes.ask({ query });

    expect(status).toBe(400);
    expect(body.errors).toMatchObject([
      { message: expect.stringMatching(message), extensions: { code } },
    ]);
  },
);

test('introspection is off', async () => {
  const { body } = await notes.ask({ query: '{ __schema { types { name } } }' });

  expect(body.errors).toMatchObject([{ extensions: { code: 'GRAPHQL_VALIDATION_FAILED' } }]);
});
