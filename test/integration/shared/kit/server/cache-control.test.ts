import { afterAll, beforeAll, expect, test } from 'vitest';
import { type RunningNotes, startNotes } from '../../../../support/start-notes.ts';

let notes: RunningNotes;

beforeAll(async () => {
  notes = await startNotes();
});
afterAll(() => notes.close());

const ENTITIES = `query ($representations: [_Any!]!) {
  _entities(representations: $representations) { ... on Author { name } ... on Note { text } }
}`;

const entities = (...references: readonly [type: string, id: string][]) => ({
  query: ENTITIES,
  variables: { representations: references.map(([__typename, id]) => ({ __typename, id })) },
});

test.each([
  ['a field with a hint', { query: '{ authors { name } }' }, 'max-age=300, public'],
  [
    'entities of a type with a hint',
    entities(['Author', '1'], ['Author', '2']),
    'max-age=300, public',
  ],
  ['entities of two types', entities(['Author', '1'], ['Note', '1']), 'max-age=60, private'],
  ['a field without a hint', { query: '{ claims }' }, 'no-store'],
  ['an answer with errors', { query: '{ authors { name } breaks }' }, 'no-store'],
])('%s sets Cache-Control', async (_name, question, expected) => {
  const { headers } = await notes.ask(question);

  expect(headers.get('cache-control')).toBe(expected);
});
