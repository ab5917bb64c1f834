import { type ExecutionResult, graphql } from 'graphql';
import { expect, test } from 'vitest';
import type { Caller } from '../../../../../shared/kit/caller.ts';
import { buildSchema } from '../../../../../shared/kit/server/build-schema.ts';

const LINK = `extend schema @link(
  url: "https://specs.apollo.dev/federation/v2.9"
  import: ["@key", "@authenticated", "@requiresScopes"]
)`;

const NOBODY: Caller = { subject: null, scopes: new Set(), claims: {} };
const holding = (...scopes: string[]): Caller => ({
  subject: 'ann',
  scopes: new Set(scopes),
  claims: {},
});

const THING = { __typename: 'Thing', id: '1', open: 'open', secret: 'secret', part: {} };

/** Asks a product of this schema; every object has its fields as properties. */
async function ask(sdl: string, caller: Caller, source: string, link = LINK) {
  const result = await graphql({
    schema: buildSchema('things', `${link}\n${sdl}`, {}),
    source,
    rootValue: { thing: THING, level: 'HIGH' },
    contextValue: { caller },
  });
  return { data: result.data, refused: refusedPaths(result) };
}

/** Paths of the errors, all of which must be refusals. */
function refusedPaths({ errors = [] }: ExecutionResult): readonly string[] {
  return errors.map(({ path, originalError }) => {
    expect(originalError).toMatchObject({ code: 'UNAUTHORIZED_FIELD_OR_TYPE' });
    return String(path?.join('.'));
  });
}

const thing = (directives: string) => `
  type Query { thing: Thing level: Level }
  enum Level { HIGH }
  type Thing { open: String secret: String ${directives} }`;

test.each([
  ['[["a"]]', [], false],
  ['[["a"]]', ['a'], true],
  ['[["a", "b"]]', ['a'], false],
  ['[["a", "b"]]', ['b', 'a'], true],
  ['[["a", "b"], ["c"]]', ['c'], true],
  ['[["a"], ["b"]]', ['c'], false],
  ['[]', [], true],
  ['[["a"], []]', [], true],
  ['["a", "b"]', ['b'], true],
  ['["a", "b"]', ['c'], false],
  ['"a"', [], false],
  ['"a"', ['a'], true],
])('of scopes %s, a caller who holds %j has enough: %s', async (scopes, held, isEnough) => {
  const sdl = thing(`@requiresScopes(scopes: ${scopes})`);

  const { data, refused } = await ask(sdl, holding(...held), '{ thing { open secret } }');

  expect(data).toEqual({ thing: { open: 'open', secret: isEnough ? 'secret' : null } });
  expect(refused).toEqual(isEnough ? [] : ['thing.secret']);
});

test('an anonymous caller is refused what needs a known one', async () => {
  const sdl = thing('@authenticated');

  const anonymous = await ask(sdl, NOBODY, '{ thing { open secret } }');
  const known = await ask(sdl, holding(), '{ thing { open secret } }');

  expect(anonymous).toEqual({
    data: { thing: { open: 'open', secret: null } },
    refused: ['thing.secret'],
  });
  expect(known).toEqual({ data: { thing: { open: 'open', secret: 'secret' } }, refused: [] });
});

test('several requirements must all be met', async () => {
  const sdl = `
    type Query { thing: Thing @authenticated }
    type Thing @requiresScopes(scopes: [["t"]]) { secret: String @requiresScopes(scopes: [["s"]]) }`;
  const reads = async (caller: Caller) => (await ask(sdl, caller, '{ thing { secret } }')).refused;

  expect(await reads({ ...NOBODY, scopes: new Set(['t', 's']) })).toEqual(['thing']);
  expect(await reads(holding('s'))).toEqual(['thing']);
  expect(await reads(holding('t'))).toEqual(['thing.secret']);
  expect(await reads(holding('t', 's'))).toEqual([]);
});

test('a field needs what the type it returns needs, through lists too', async () => {
  const sdl = `
    type Query { thing: Thing level: Level }
    enum Level @authenticated { HIGH }
    type Thing { open: String parts: [Part!] }
    type Part @authenticated { open: String }`;

  const { refused } = await ask(sdl, NOBODY, '{ level thing { open parts { __typename } } }');

  expect(refused).toEqual(['level', 'thing.parts']);
});

test('a field of a protected type is refused even where it is reached through an interface', async () => {
  const sdl = `
    type Query { thing: Open }
    interface Open { open: String }
    type Thing implements Open { open: String }
    extend type Thing @authenticated`;

  const { refused } = await ask(sdl, NOBODY, '{ thing { __typename open } }');

  expect(refused).toEqual(['thing.open']);
});

test('a resolver whose field is refused does not run', async () => {
  const written: string[] = [];
  const schema = buildSchema(
    'things',
    `${LINK} type Query { a: Int } type Mutation { write: Int @requiresScopes(scopes: [["w"]]) }`,
    { Mutation: { write: () => written.push('once') } },
  );
  const run = (caller: Caller) =>
    graphql({ schema, source: 'mutation { write }', contextValue: { caller } });

  expect((await run(holding('r'))).data).toEqual({ write: null });
  expect(written).toEqual([]);
  expect((await run(holding('w'))).data).toEqual({ write: 1 });
});

const entities = `query { _entities(representations: [{ __typename: "Thing", id: "1" }]) {
  ... on Thing { id secret part { name } }
} }`;

test('what a key is made of can be joined by, and nothing else is let through', async () => {
  const sdl = `
    type Query { thing: Thing }
    type Thing @key(fields: "id part { name }") @key(fields: "code") {
      id: ID! @requiresScopes(scopes: [["never"]])
      code: String @authenticated
      part: Part
      secret: String @authenticated
    }
    type Part @authenticated { name: String other: String }`;

  const joined = await ask(sdl, NOBODY, entities);
  const direct = await ask(sdl, NOBODY, '{ thing { id code part { name other } secret } }');

  expect(joined.data).toEqual({ _entities: [{ id: '1', secret: null, part: null }] });
  expect(joined.refused).toEqual(['_entities.0.secret']);
  expect(direct.data).toMatchObject({ thing: { id: '1', part: { name: null } } });
  expect(direct.refused).toEqual(['thing.part.other', 'thing.secret']);
});

test('the key of a protected type is refused like its other fields', async () => {
  const sdl = `
    type Query { thing: Thing }
    type Thing @key(fields: "id") @authenticated { id: ID secret: String part: Part }
    type Part { name: String }`;

  const { refused } = await ask(sdl, NOBODY, entities);

  expect(refused).toEqual(['_entities.0.id', '_entities.0.secret', '_entities.0.part']);
});

test.each([
  ['import: ["@key", { name: "@authenticated", as: "@known" }]', '@known'],
  ['import: ["@key"]', '@federation__authenticated'],
  ['as: "fed", import: ["@key"]', '@fed__authenticated'],
])('with %s the directive %s guards', async (imports, directive) => {
  const link = `extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", ${imports})`;

  const { refused } = await ask(thing(directive), NOBODY, '{ thing { secret } }', link);

  expect(refused).toEqual(['thing.secret']);
});

test('a field that requires nothing keeps the resolver that it was given', () => {
  const resolve = () => 'text';
  const sdl = `${LINK} type Query { open: String secret: String @authenticated }`;

  const schema = buildSchema('things', sdl, { Query: { open: resolve, secret: resolve } });

  const { open, secret } = schema.getQueryType()?.getFields() ?? {};
  expect(open?.resolve).toBe(resolve);
  expect(secret?.resolve).not.toBe(resolve);
});

const GRANTABLE = `
  type Query { thing: Thing }
  type Mutation @authenticated { change: Part @requiresScopes(scopes: [["w"]]) }
  type Thing {
    secret: String @requiresScopes(scopes: [["s"]])
    name: String @requiresScopes(scopes: [["s"]])
    part: Part @requiresScopes(scopes: [["p"]])
  }
  type Part @requiresScopes(scopes: [["t"]]) { open: String }`;

test.each([
  [[], ['thing.secret', 'thing.name', 'thing.part']],
  [['Thing.secret'], ['thing.name', 'thing.part']],
  [['Thing'], ['thing.secret', 'thing.name', 'thing.part']],
  [['Thing.part'], ['thing.secret', 'thing.name', 'thing.part']],
  [['Part'], ['thing.secret', 'thing.name', 'thing.part']],
  [
    ['Thing.part', 'Part'],
    ['thing.secret', 'thing.name'],
  ],
  [['*'], []],
])('what was granted is open, and no more: %j', async (granted, wanted) => {
  const caller = { ...holding(), granted: new Set(granted) };

  const { refused } = await ask(GRANTABLE, caller, '{ thing { secret name part { open } } }');

  expect(refused).toEqual(wanted);
});

test.each([
  [['*'], ['change']],
  [['Part'], ['change']],
  [['Mutation.change'], ['change']],
  [['Mutation.change', 'Part'], []],
])('what changes data is open only by name: %j', async (granted, wanted) => {
  const caller = { ...holding(), granted: new Set(granted) };

  const { refused } = await ask(GRANTABLE, caller, 'mutation { change { __typename } }');

  expect(refused).toEqual(wanted);
});
