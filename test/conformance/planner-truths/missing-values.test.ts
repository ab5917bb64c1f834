import { expect, test } from 'vitest';
import type { SubgraphAnswer } from '../../../gateway/execution/calls/subgraph-answer.ts';
import { createFederation, type FixtureSubgraph } from '../../support/federation-fixture.ts';

/** A null is what a subgraph said, or carries an error. */
const shelf: FixtureSubgraph = {
  name: 'shelf',
  sdl: `
    type Query { books: [Book] node: Node }
    type Book @key(fields: "isbn") { isbn: ID title: String weight: Int author: Author }
    type Author @key(fields: "id") { id: ID! name: String }
    interface Node @key(fields: "id") { id: ID! }
  `,
  resolvers: {},
};

const post: FixtureSubgraph = {
  name: 'post',
  sdl: `
    type Book @key(fields: "isbn") {
      isbn: ID
      weight: Int @external
      author: Author @external
      fee: Int @requires(fields: "weight")
      stamp: String @requires(fields: "author { age }")
      stock: Int
    }
    type Author @key(fields: "id") { id: ID! age: Int @external }
    type Node @interfaceObject @key(fields: "id", resolvable: false) { id: ID! color: String }
  `,
  resolvers: {},
};

const people: FixtureSubgraph = {
  name: 'people',
  sdl: 'type Author @key(fields: "id") { id: ID! age: Int }',
  resolvers: {},
};

const SUBGRAPHS = [shelf, post, people];
const said = (data: Record<string, unknown>): SubgraphAnswer => ({ ok: true, data, errors: [] });

async function ask(query: string, answers: Readonly<Record<string, SubgraphAnswer>>) {
  const { ask, override, sent } = createFederation(SUBGRAPHS);
  for (const [name, answer] of Object.entries(answers)) {
    override(name, () => structuredClone(answer));
  }
  const { data, problems } = await ask(query);
  return { data, problems: problems.map(({ code, path }) => [code, path?.join('.')]), sent };
}

const BOOK = { __typename: 'Book', isbn: '1' };

test('a null that a subgraph said needs no error', async () => {
  const { data, problems } = await ask('{ books { title stock } }', {
    shelf: said({
      books: [
        { ...BOOK, title: null },
        { ...BOOK, isbn: '2', title: 'two' },
      ],
    }),
    post: said({ _entities: [{ stock: null }, null] }),
  });

  expect(data).toEqual({
    books: [
      { title: null, stock: null },
      { title: 'two', stock: null },
    ],
  });
  expect(problems).toEqual([]);
});

test('an input that a subgraph said to be null is sent as null', async () => {
  const { data, problems, sent } = await ask('{ books { fee } }', {
    shelf: said({ books: [{ ...BOOK, weight: null }] }),
    post: said({ _entities: [{ fee: 5 }] }),
  });

  expect(data).toEqual({ books: [{ fee: 5 }] });
  expect(problems).toEqual([]);
  expect(sent[1]?.variables).toEqual({ representations: [{ ...BOOK, weight: null }] });
});

test('what cannot be asked, because a key is not there, carries an error at its own place', async () => {
  const { data, problems } = await ask('{ books { title stock } }', {
    shelf: said({
      books: [
        { __typename: 'Book', title: 'one' },
        { ...BOOK, title: 'two' },
      ],
    }),
    post: said({ _entities: [{ stock: 3 }] }),
  });

  expect(data).toEqual({
    books: [
      { title: 'one', stock: null },
      { title: 'two', stock: 3 },
    ],
  });
  expect(problems).toEqual([['RESPONSE_VALUE_MISSING', 'books.0.stock']]);
});

test('what an answer leaves out carries an error', async () => {
  const { data, problems } = await ask('{ books { title stock } }', {
    shelf: said({ books: [BOOK] }),
    post: said({ _entities: [{}] }),
  });

  expect(data).toEqual({ books: [{ title: null, stock: null }] });
  expect(problems).toEqual([
    ['RESPONSE_VALUE_MISSING', 'books.0.title'],
    ['RESPONSE_VALUE_MISSING', 'books.0.stock'],
  ]);
});

test('entities of another number than asked for are an error, told once', async () => {
  const { data, problems } = await ask('{ books { stock } }', {
    shelf: said({ books: [BOOK, { ...BOOK, isbn: '2' }] }),
    post: said({ _entities: [{ stock: 1 }] }),
  });

  expect(data).toEqual({ books: [{ stock: null }, { stock: null }] });
  expect(problems).toEqual([['SUBGRAPH_RESPONSE_INVALID', 'books']]);
});

test('an object of a type that nobody knows is an error', async () => {
  const { data, problems } = await ask('{ books { stock } }', {
    shelf: said({ books: [{ __typename: 'Scroll', isbn: '1' }] }),
    post: said({ _entities: [] }),
  });

  expect(data).toEqual({ books: [{ stock: null }] });
  expect(problems).toEqual([['RESPONSE_VALUE_MISSING', 'books.0.stock']]);
});

test('a failed input leaves its error and one at the field that needs it', async () => {
  const { data, problems } = await ask('{ books { stamp } }', {
    shelf: said({ books: [{ ...BOOK, author: { __typename: 'Author', id: 'a' } }] }),
    people: { ok: false, code: 'SUBGRAPH_UNREACHABLE', message: 'away' },
    post: said({ _entities: [] }),
  });

  expect(data).toEqual({ books: [{ stamp: null }] });
  expect(problems).toEqual([['SUBGRAPH_UNREACHABLE', 'books']]);
});

test('an interface object that no subgraph can resolve is an error', async () => {
  const { data, problems } = await ask('{ node { color } }', {
    shelf: said({ node: { __typename: 'Node', id: 'n' } }),
  });

  expect(data).toEqual({ node: null });
  expect(problems).toEqual([['RESPONSE_VALUE_MISSING', 'node']]);
});

test('the errors about missing values have a bound', async () => {
  const books = Array.from({ length: 1000 }, () => ({ __typename: 'Book', title: 'none' }));
  const { problems } = await ask('{ books { title stock } }', { shelf: said({ books }) });

  expect(problems).toHaveLength(100);
});
