import fc from 'fast-check';
import {
  buildClientSchema,
  type DocumentNode,
  executeSync,
  type GraphQLSchema,
  getIntrospectionQuery,
  getNamedType,
  type IntrospectionQuery,
  isCompositeType,
  isInterfaceType,
  isObjectType,
  type OperationDefinitionNode,
  parse,
  print,
  type SelectionSetNode,
  TypeInfo,
  validate,
  validateSchema,
  visit,
  visitWithTypeInfo,
} from 'graphql';
import { expect, test } from 'vitest';
import { toVisibleSchema } from '../../../gateway/operation/visible-schema.ts';
import { randomOperation } from '../differential/random-operation.ts';
import { SCHEMAS, schemaOf } from './drawn-schemas.ts';
import { decideNaively, type NaiveCaller } from './naive-decision.ts';
import { randomCaller, toRights } from './random-rights.ts';

/** Seconds suffice on a machine that has nothing else to do. */
const TIMEOUT_MS = 120_000;

const randomSeed = fc.integer({ min: 1, max: SCHEMAS });

const visibleTo = (seed: number, caller: NaiveCaller): GraphQLSchema =>
  toVisibleSchema(schemaOf(seed).snapshot, { rights: toRights(caller), denied: new Set() });

/** As a client sees it: what introspection says of it, made into a schema. */
function introspect(schema: GraphQLSchema): GraphQLSchema {
  const { data } = executeSync({ schema, document: parse(getIntrospectionQuery()) });
  return buildClientSchema(data as unknown as IntrospectionQuery);
}

test(
  'whatever a caller asks by the schema that introspection shows is not refused',
  () => {
    const requests = fc.tuple(randomSeed, randomCaller).chain(([seed, caller]) => {
      const schema = introspect(visibleTo(seed, caller));
      const isEmpty = Object.keys(schema.getQueryType()?.getFields() ?? {}).length === 0;
      const query = isEmpty
        ? fc.constant('{ __typename }')
        : randomOperation(schema, []).map((operation) => operation.query);
      return fc.record({
        seed: fc.constant(seed),
        caller: fc.constant(caller),
        schema: fc.constant(schema),
        isEmpty: fc.constant(isEmpty),
        query,
      });
    });

    fc.assert(
      fc.property(requests, ({ seed, caller, schema, isEmpty, query }) => {
        if (isEmpty) return;
        const { naive, sdl } = schemaOf(seed);

        expect(validateSchema(schema), sdl).toEqual([]);
        expect(decideNaively(naive, parse(query), caller).refused, sdl).toEqual([]);
      }),
      { numRuns: 300 },
    );
  },
  TIMEOUT_MS,
);

/**
 * Whether an operation reads something of every object that it selects, whatever the conditions, and narrows an abstract type
 * to an object type only: other fragments can be written for objects that are never there.
 */
function isPlain(schema: GraphQLSchema, query: string): boolean {
  let plain = true;
  visit(parse(query), {
    FragmentSpread() {
      plain = false;
    },
    Directive({ arguments: [condition] = [] }) {
      plain &&= condition?.value.kind === 'Variable';
    },
    InlineFragment({ typeCondition }) {
      if (typeCondition === undefined) return;
      const condition = schema.getType(typeCondition.name.value);
      plain &&= isObjectType(condition);
    },
    SelectionSet(node) {
      plain &&= node.selections.some(
        (one) => one.kind !== 'Field' || !one.name.value.startsWith('__'),
      );
    },
  });
  return plain;
}

/**
 * Whether a fragment stands on an interface of which the caller may use no field: a schema cannot show an
 * interface without fields, though objects that implement it can be read through such a fragment.
 */
function standsOnBareInterface(
  schema: GraphQLSchema,
  query: string,
  isRefused: (query: string) => boolean,
): boolean {
  const types = new TypeInfo(schema);
  let found = false;
  visit(
    parse(query),
    visitWithTypeInfo(types, {
      SelectionSet(node, _key, _parent, _path, ancestors) {
        const type = types.getParentType();
        const isNarrowed = node.selections.every(({ kind }) => kind === 'InlineFragment');
        if (!isInterfaceType(type) || !isNarrowed) return;
        const document = ancestors[0] as DocumentNode;
        found ||= Object.values(type.getFields()).every((field) => {
          if (isCompositeType(getNamedType(field.type))) return true;
          const asked = parse(`{ ${field.name} }`).definitions[0] as OperationDefinitionNode;
          const replace = (one: SelectionSetNode) =>
            one === node ? asked.selectionSet : undefined;
          return isRefused(print(visit(document, { SelectionSet: replace })));
        });
      },
    }),
  );
  return found;
}

test(
  'whatever is not refused can be asked by the schema that introspection shows',
  () => {
    const requests = randomSeed.chain((seed) =>
      fc.record({
        seed: fc.constant(seed),
        operation: randomOperation(schemaOf(seed).snapshot.schema, []),
        caller: randomCaller,
      }),
    );
    let asked = 0;

    fc.assert(
      fc.property(requests, ({ seed, operation: { query }, caller }) => {
        const { naive, snapshot, sdl } = schemaOf(seed);
        const isRefused = (one: string) =>
          decideNaively(naive, parse(one), caller).refused.length > 0;
        if (isRefused(query) || !isPlain(snapshot.schema, query)) return;
        if (standsOnBareInterface(snapshot.schema, query, isRefused)) return;
        asked += 1;
        const problems = validate(visibleTo(seed, caller), parse(query));
        expect(
          problems.map(({ message }) => message),
          `${query}\n${sdl}`,
        ).toEqual([]);
      }),
      { numRuns: 2500 },
    );

    expect(asked).toBeGreaterThan(40);
  },
  TIMEOUT_MS,
);

test(
  'who has every right is shown everything',
  () => {
    const everybody: NaiveCaller = {
      known: true,
      scopes: ['s0', 's1', 's2', 's3'],
      policies: ['p0', 'p1', 'p2'],
    };
    fc.assert(
      fc.property(randomSeed, (seed) => {
        const { schema } = schemaOf(seed).snapshot;
        const fieldsOf = (one: GraphQLSchema) =>
          Object.values(one.getTypeMap()).flatMap((type) =>
            'getFields' in type
              ? Object.values(type.getFields()).map(
                  ({ name, type: of }) => `${type.name}.${name}: ${of}`,
                )
              : [],
          );
        const all = fieldsOf(schema);
        const shown = fieldsOf(visibleTo(seed, everybody));

        expect(all).toEqual(expect.arrayContaining(shown));
        // Only a type that no field returns is missing.
        const hidden = new Set(
          all.filter((one) => !shown.includes(one)).map((one) => one.split('.')[0]),
        );
        for (const name of hidden) {
          expect(
            all.filter(
              (one) => new RegExp(`: [[]*${name}\\b`).test(one) && !hidden.has(one.split('.')[0]),
            ),
          ).toEqual([]);
        }
      }),
      { numRuns: 60 },
    );
  },
  TIMEOUT_MS,
);
