import { afterAll, beforeAll, expect, test } from 'vitest';
import { type RunningNotes, startNotes } from '../../../support/start-notes.ts';

let notes: RunningNotes;

beforeAll(async () => {
  notes = await startNotes();
});
afterAll(() => notes.close());

const ADD = `mutation ($input: AddNoteInput!) { addNote(input: $input) { note { id text price } } }`;

const add = (text: string, idempotencyKey: string, subject = 'ana') =>
  notes.ask({
    query: ADD,
    variables: { input: { text, region: 'WEST', idempotencyKey } },
    as: { subject, claims: { regions: ['West'] } },
  });

const countNotes = async (): Promise<unknown> => {
  const { body } = await notes.ask({ query: '{ notes { totalCount } }' });
  return body.data;
};

test('the same key with the same input writes once and answers the same', async () => {
  const first = await add('twice', 'key-1');
  const counted = await countNotes();
  const second = await add('twice', 'key-1');

  expect(first.body).toMatchObject({
    data: { addNote: { note: { text: 'twice', price: '0.0000' } } },
  });
  expect(second.body).toEqual(first.body);
  expect(await countNotes()).toEqual(counted);
});

test('calls with one key that arrive together write once and answer the same', async () => {
  const before = (await countNotes()) as { notes: { totalCount: number } };

  const answers = await Promise.all(Array.from({ length: 5 }, () => add('together', 'key-2')));

  expect(new Set(answers.map(({ body }) => JSON.stringify(body))).size).toBe(1);
  expect(await countNotes()).toEqual({ notes: { totalCount: before.notes.totalCount + 1 } });
});

test('the same key with other input is refused', async () => {
  await add('one', 'key-3');

  const { body } = await add('other', 'key-3');

  expect(body).toEqual({
    data: null,
    errors: [
      {
        message: 'The idempotency key was used before with other input.',
        locations: [{ line: 1, column: 36 }],
        path: ['addNote'],
        extensions: { code: 'IDEMPOTENCY_KEY_REUSED', public: true, argument: 'idempotencyKey' },
      },
    ],
  });
});

test('keys of different subjects are different keys', async () => {
  const [ana, bob] = [await add('hers', 'key-4', 'ana'), await add('his', 'key-4', 'bob')];

  expect([ana.body.errors, bob.body.errors]).toEqual([undefined, undefined]);
});

test.each(['', 'two words', 'x'.repeat(129)])('the key %j is refused', async (key) => {
  const { body } = await add('any', key);

  expect(body.errors).toMatchObject([{ extensions: { code: 'INPUT_INVALID', public: true } }]);
});

test('a key whose first call failed can be used again', async () => {
  const failing = await notes.ask({
    query: ADD,
    variables: { input: { text: 'x', region: 'WEST', idempotencyKey: 'key-5' } },
    as: { subject: 'ana', claims: { regions: ['East'] } },
  });

  const { body } = await add('x', 'key-5');

  // Row-level security lets nobody write a row that he could not read.
  expect(failing.body.errors).toMatchObject([{ extensions: { code: 'INTERNAL_ERROR' } }]);
  expect(body).toMatchObject({ data: { addNote: { note: { text: 'x' } } } });
});
