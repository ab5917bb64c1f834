import { buildSchema, type OperationDefinitionNode, parse, print } from 'graphql';
import { expect, test } from 'vitest';
import { expandSelections } from '../../../../gateway/operation/expand-selections.ts';
import { narrowSelections } from '../../../../gateway/operation/narrow-selections.ts';
import { toSelectionSet } from '../../../../gateway/operation/to-selection-set.ts';

const schema = buildSchema(`
  type Query { book: Book media: Media hit: Hit }
  interface Node { id: ID }
  interface Media implements Node { id: ID title: String }
  type Book implements Media & Node { id: ID title: String pages: Int }
  type Film implements Media & Node { id: ID title: String minutes: Int }
  type Place implements Node { id: ID }
  union Hit = Book | Place
`);

const narrowed = (text: string): string => {
  const [operation] = parse(text).definitions as [OperationDefinitionNode];
  const selections = expandSelections(schema, operation, new Map(), 100) ?? [];
  const rootType = schema.getQueryType() as NonNullable<ReturnType<typeof schema.getQueryType>>;
  return print(toSelectionSet(narrowSelections(schema, rootType, selections))).replace(/\s+/g, ' ');
};

test.each([
  [
    'a fragment that only looks possible',
    '{ book { id ... on Media { ... on Film { minutes } } } }',
    '{ book { id } }',
  ],
  [
    'a fragment between two abstract types',
    '{ hit { ... on Media { title ... on Film { id } } } }',
    '{ hit { ... on Media { title } } }',
  ],
  [
    'a field that literals have emptied',
    '{ book { id @skip(if: true) } }',
    '{ book { __typename } }',
  ],
  [
    'a fragment that literals have emptied',
    '{ book { ... on Node { ... @include(if: false) { id } } } }',
    '{ book { __typename } }',
  ],
  [
    'a type condition that always holds',
    '{ media { ... on Node { id } } }',
    '{ media { ... { id } } }',
  ],
  [
    'a field that variables may empty',
    'query ($a: Boolean!) { book { id @skip(if: $a) ... @include(if: $a) { title } } }',
    '{ book { id @skip(if: $a) ... @include(if: $a) { title } __typename } }',
  ],
  [
    'a type condition that sometimes holds',
    '{ media { ... on Book { pages } } }',
    '{ media { ... on Book { pages } } }',
  ],
])('narrows %s', (_what, given, expected) => {
  expect(narrowed(given)).toBe(expected);
});
