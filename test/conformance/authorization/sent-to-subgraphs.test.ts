import fc from 'fast-check';
import {
  type GraphQLSchema,
  isAbstractType,
  isCompositeType,
  parse,
  TypeInfo,
  visit,
  visitWithTypeInfo,
} from 'graphql';
import { expect, test } from 'vitest';
import { createFederation } from '../../support/federation-fixture.ts';
import { Draw } from '../differential/draw.ts';
import { randomOperation } from '../differential/random-operation.ts';
import { decideNaively, type NaiveRefusal, NaiveSchema } from './naive-decision.ts';
import { drawMesh } from './random-mesh.ts';
import { randomCaller, toRights } from './random-rights.ts';

/** Seconds suffice on a machine that has nothing else to do. */
const TIMEOUT_MS = 120_000;

const MESHES = 25;

/** Fields that join subgraphs, whoever asks. */
const KEYS = ['Person.id', 'Person.code', 'Book.id', 'Film.id'];

/** What a field is computed from. */
const INPUTS: ReadonlyMap<string, string> = new Map([
  ['Person.summary', 'Person.name'],
  ['Book.weight', 'Book.pages'],
]);

const meshes = new Map<number, ReturnType<typeof makeMesh>>();

function makeMesh(seed: number) {
  const subgraphs = drawMesh(new Draw(seed));
  return {
    federation: createFederation(subgraphs),
    naive: new NaiveSchema(subgraphs.map(({ sdl }) => sdl)),
  };
}

function meshOf(seed: number): ReturnType<typeof makeMesh> {
  const mesh = meshes.get(seed) ?? makeMesh(seed);
  meshes.set(seed, mesh);
  return mesh;
}

/** Every field that a query asks for, where a field of an interface is one of every implementer. */
function coordinatesOf(schema: GraphQLSchema, query: string): readonly string[] {
  const found: string[] = [];
  const types = new TypeInfo(schema);
  const enter = (): void => {
    const parent = types.getParentType();
    const field = types.getFieldDef();
    if (!parent || !field) throw new Error(query);
    if (field.name.startsWith('_')) return;
    found.push(...objectsOf(schema, parent.name).map((name) => `${name}.${field.name}`));
  };
  visit(parse(query), visitWithTypeInfo(types, { Field: { enter } }));
  return found;
}

function objectsOf(schema: GraphQLSchema, name: string): readonly string[] {
  const type = schema.getType(name);
  if (!isCompositeType(type)) throw new Error(name);
  return isAbstractType(type) ? schema.getPossibleTypes(type).map((one) => one.name) : [name];
}

/** Coordinates of the values in an answer: each value says where it is from. */
function readIn(data: unknown): readonly string[] {
  return [...JSON.stringify(data ?? null).matchAll(/<([\w.]+)>/g)].map(([, name = '']) => name);
}

/** The paths that are refused for these values of the variables, and the defaults of the others. */
function refusedFor(
  refused: readonly NaiveRefusal[],
  query: string,
  variables: Readonly<Record<string, unknown>>,
): readonly string[] {
  const defaults = [...query.matchAll(/\$(\w+): Boolean!? = (\w+)/g)].map(
    ([, name = '', value]) => [name, value] as const,
  );
  const values = { ...Object.fromEntries(defaults), ...variables };
  const holds = (condition: string) => {
    const [name = '', value] = condition.split('=');
    return String(values[name]) === value;
  };
  return refused
    .filter(({ when }) => when === '' || when.split(' ').every(holds))
    .map(({ path }) => path);
}

test(
  'what a caller may not use is sent to no subgraph, and is in no answer',
  async () => {
    const requests = fc.integer({ min: 1, max: MESHES }).chain((seed) =>
      fc.record({
        seed: fc.constant(seed),
        operation: randomOperation(meshOf(seed).federation.snapshot.schema, []),
        caller: randomCaller,
      }),
    );
    const count = { refused: 0, sent: 0, read: 0 };

    await fc.assert(
      fc.asyncProperty(requests, async ({ seed, operation: { query, variables }, caller }) => {
        const { federation, naive } = meshOf(seed);
        const { schema } = federation.snapshot;
        const expected = decideNaively(naive, parse(query), caller);
        const allowed = [...expected.fields].flatMap((coordinate) => {
          const [type = '', field = ''] = coordinate.split('.');
          return field.startsWith('_')
            ? []
            : objectsOf(schema, type).map((name) => `${name}.${field}`);
        });
        const inputs = allowed.flatMap((coordinate) => INPUTS.get(coordinate) ?? []);
        const mayBeSent = new Set([...allowed, ...inputs, ...KEYS]);
        federation.sent.length = 0;

        const { data, problems } = await federation.ask(query, variables, toRights(caller));

        const sent = federation.sent.flatMap((one) =>
          coordinatesOf(federation.schemas.get(one.subgraph) as GraphQLSchema, one.query),
        );
        expect(sent.filter((coordinate) => !mayBeSent.has(coordinate))).toEqual([]);
        const read = readIn(data);
        expect(read.filter((coordinate) => !allowed.includes(coordinate))).toEqual([]);
        const refused = problems
          .filter(({ code }) => code === 'UNAUTHORIZED_FIELD_OR_TYPE')
          .map(({ path }) => path?.join('/'));
        expect(refused).toEqual(refusedFor(expected.refused, query, variables));
        count.refused += refused.length;
        count.sent += sent.length;
        count.read += read.length;
      }),
      { numRuns: 500 },
    );

    for (const many of Object.values(count)) expect(many).toBeGreaterThan(300);
  },
  TIMEOUT_MS,
);

test(
  'where an operation is refused as a whole, it is for the same paths',
  async () => {
    const requests = fc.integer({ min: 1, max: MESHES }).chain((seed) =>
      fc.record({
        seed: fc.constant(seed),
        operation: randomOperation(meshOf(seed).federation.snapshot.schema, []),
        caller: randomCaller,
      }),
    );

    await fc.assert(
      fc.asyncProperty(requests, async ({ seed, operation: { query, variables }, caller }) => {
        const { federation, naive } = meshOf(seed);
        const { refused } = decideNaively(naive, parse(query), caller);
        const { prepare, snapshot } = federation;

        const outcome = await prepare(query, null, toRights(caller), snapshot);

        if (!outcome.ok) throw new Error(JSON.stringify(outcome.problems));
        const refusals = outcome.executable.refusals(variables);
        expect(refusals.map(({ path }) => path?.join('/'))).toEqual(
          refusedFor(refused, query, variables),
        );
      }),
      { numRuns: 200 },
    );
  },
  TIMEOUT_MS,
);
