import { type DefinitionNode, Kind, parse } from 'graphql';
import type { FixtureSubgraph } from '../../support/federation-fixture.ts';
import type { Draw } from '../differential/draw.ts';
import { drawRequirement } from './random-schema.ts';

/** A value says which field it is the value of, so that an answer shows what was read. */
const textOf = (coordinate: string) => `<${coordinate}>`;

const id = (name: string) => `${name}-1`;
const entity = (name: string) => ({ __typename: name, id: id(name), code: `${name}-code` });

const references: Readonly<Record<string, unknown>> = {
  me: entity('Person'),
  people: [entity('Person'), entity('Person')],
  things: [entity('Book'), entity('Film')],
  any: [entity('Film'), entity('Person'), entity('Book')],
  best: entity('Film'),
  friend: entity('Person'),
  owner: entity('Person'),
  thing: entity('Book'),
};

/**
 * Three subgraphs joined by two keys, with `@requires`, `@provides`, an interface and a union, and
 * requirements drawn anew. What computes from other fields asks at least what these ask: composition
 * refuses anything else.
 */
export function drawMesh(draw: Draw): readonly FixtureSubgraph[] {
  const own = () => drawRequirement(draw, 3);
  const onType = () => drawRequirement(draw, 6);
  const name = own();
  const pages = own();
  const person = onType();
  const book = onType();
  const film = onType();
  const sdl = {
    people: `
      type Query { me: Person${own()} people: [Person]${own()} things: [Thing]${own()} any: [Any]${own()} }
      interface Thing { id: ID! label: String }
      union Any = Person | Book | Film
      type Person @key(fields: "id") @key(fields: "code")${person} {
        id: ID!${own()} code: String${own()} name: String @shareable${name} mail: String${own()}
        friend: Person${own()} thing: Thing${own()}
      }
      type Book implements Thing @key(fields: "id")${book} { id: ID!${own()} label: String${own()} pages: String${pages} }
      type Film implements Thing @key(fields: "id")${film} { id: ID!${own()} label: String${own()} }
    `,
    payroll: `
      type Person @key(fields: "id")${onType()} {
        id: ID!${own()} name: String @external salary: String${own()}
        summary: String @requires(fields: "name")${name}
      }
      type Book @key(fields: "id") {
        id: ID! pages: String @external weight: String @requires(fields: "pages")${pages}
        owner: Person @provides(fields: "name")${own()}
      }
    `,
    media: `
      type Query { best: Film${own()} }
      type Film @key(fields: "id") { id: ID! studio: String${own()} rating: String }
      type Person @key(fields: "code") { code: String badge: String${own()} }
    `,
  };
  return Object.entries(sdl).map(([subgraph, text]) => ({
    name: subgraph,
    sdl: text,
    resolvers: resolversOf(text),
  }));
}

function resolversOf(sdl: string) {
  return Object.fromEntries(
    parse(sdl).definitions.flatMap((definition) => toResolvers(definition)),
  );
}

function toResolvers(
  definition: DefinitionNode,
): readonly (readonly [string, FixtureSubgraph['resolvers'][string]])[] {
  if (
    definition.kind === Kind.INTERFACE_TYPE_DEFINITION ||
    definition.kind === Kind.UNION_TYPE_DEFINITION
  ) {
    const resolveType = ({ __typename }: { __typename: string }) => __typename;
    return [[definition.name.value, { __resolveType: resolveType }]];
  }
  if (definition.kind !== Kind.OBJECT_TYPE_DEFINITION) return [];
  const type = definition.name.value;
  const fields = (definition.fields ?? []).map(({ name: { value: field } }) => {
    const isKey = field === 'id' || field === 'code';
    return [
      field,
      (source: Record<string, unknown> | undefined) =>
        isKey ? source?.[field] : (references[field] ?? textOf(`${type}.${field}`)),
    ] as const;
  });
  const isEntity = definition.directives?.some(({ name }) => name.value === 'key') === true;
  const lookup = isEntity ? { __resolveReference: () => entity(type) } : {};
  return [[type, { ...Object.fromEntries(fields), ...lookup }]];
}
