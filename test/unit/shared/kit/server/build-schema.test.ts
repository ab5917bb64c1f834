import { expect, test } from 'vitest';
import { scalars } from '../../../../../shared/kit/scalars.ts';
import { buildSchema } from '../../../../../shared/kit/server/build-schema.ts';

const SDL = `
  extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key"])
  enum Region { WEST }
  type Query { notes: [Note!]! }
  type Note @key(fields: "id") { id: ID! region: Region }
`;

test('builds an executable subgraph schema with _entities and _service', () => {
  const schema = buildSchema('notes', SDL, { ...scalars, Query: { notes: () => [] } });

  expect(Object.keys(schema.getQueryType()?.getFields() ?? {})).toEqual(
    expect.arrayContaining(['notes', '_entities', '_service']),
  );
});

test('resolvers that the schema declares nothing for are refused by name', () => {
  const resolve = () => null;

  const build = () =>
    buildSchema('notes', SDL, {
      Note: { __resolveReference: resolve, titel: resolve },
      Nota: { id: resolve },
      Region: { WST: 'West' },
    });

  expect(build).toThrow(
    expect.objectContaining({
      code: 'CONFIG_INVALID',
      message:
        'The schema of notes declares nothing for these resolvers: Note.titel, Nota, Region.WST.',
    }),
  );
});

test.each([
  ['a syntax error', 'type Query {'],
  ['an unknown type', 'type Query { a: Missing }'],
  ['a key that does not exist', `${SDL} type A @key(fields: "nope") { id: ID! }`],
])('%s in the schema is an error that names the product', (_name, sdl) => {
  expect(() => buildSchema('notes', sdl, {})).toThrow(
    expect.objectContaining({
      code: 'CONFIG_INVALID',
      message: expect.stringMatching(/^The schema of notes is not a valid subgraph: /),
    }),
  );
});
