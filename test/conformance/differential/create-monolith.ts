import {
  buildSchema,
  type DocumentNode,
  type ExecutionResult,
  execute,
  type FieldNode,
  type GraphQLResolveInfo,
  type GraphQLSchema,
  getNamedType,
  isAbstractType,
  isCompositeType,
  isInterfaceType,
  isObjectType,
  type SelectionSetNode,
} from 'graphql';
import { getArgumentValues } from 'graphql/execution/values.js';
import type { CurrentWorld } from './build-subgraphs.ts';
import { type ContextArgument, pickFieldSet, readSdlFacts, type SdlFacts } from './sdl-facts.ts';
import {
  type Arguments,
  type DifferentialFixture,
  Place,
  place,
  type Row,
  readRow,
} from './world.ts';

/**
 * The oracle: one schema, the API schema of the supergraph, that graphql-js
 * executes over the same rows, with nothing of federation in between.
 */
export class Monolith {
  readonly #apiSchema: GraphQLSchema;
  /** With what clients must not see, because `@requires` may ask for it. */
  readonly #fullSchema: GraphQLSchema;
  readonly #facts: readonly SdlFacts[];
  readonly #current: CurrentWorld;

  constructor(
    fixture: DifferentialFixture,
    apiSchema: GraphQLSchema,
    supergraphSdl: string,
    current: CurrentWorld,
  ) {
    this.#apiSchema = apiSchema;
    this.#fullSchema = buildSchema(supergraphSdl, { assumeValid: true, assumeValidSDL: true });
    this.#facts = fixture.subgraphs.map(({ sdl }) => readSdlFacts(sdl));
    this.#current = current;
  }

  async ask(document: DocumentNode, variables: Arguments): Promise<ExecutionResult> {
    const { world } = this.#current;
    const [definition] = document.definitions;
    const isMutation =
      definition?.kind === 'OperationDefinition' && definition.operation === 'mutation';
    return execute({
      schema: this.#apiSchema,
      document,
      variableValues: variables,
      rootValue: new Place((isMutation ? world.Mutation : world.Query) ?? {}, null),
      fieldResolver: (source: Place, given: Arguments, _: unknown, info: GraphQLResolveInfo) => {
        const value = this.#read(source, info.parentType.name, info.fieldName, given);
        return isCompositeType(getNamedType(info.returnType)) ? place(value, source) : value;
      },
      typeResolver: ({ row }: Place) => row.__typename as string,
    });
  }

  #read(here: Place, type: string, field: string, given: Arguments): unknown {
    const set = this.#factOf(type, field, ({ requires }) => requires);
    const required =
      set === undefined ? null : (this.#pick(set, here.row) as Readonly<Record<string, unknown>>);
    const contexts = this.#factOf(type, field, (facts) => facts.contexts) ?? [];
    const fromContext = contexts.map((one) => [one.argument, this.#fromContext(one, here)]);
    const all = { ...given, ...Object.fromEntries(fromContext) };
    return readRow(here.row, field, all, required);
  }

  /** What a subgraph says of a field, on the type itself or on the interface that it has an object for. */
  #factOf<Fact>(
    type: string,
    field: string,
    factsOf: (facts: SdlFacts) => ReadonlyMap<string, Fact>,
  ): Fact | undefined {
    const coordinates = [type, ...this.#interfacesOf(type)].map((name) => `${name}.${field}`);
    return this.#facts
      .flatMap((facts) => coordinates.map((coordinate) => factsOf(facts).get(coordinate)))
      .find((fact) => fact !== undefined);
  }

  #interfacesOf(type: string): readonly string[] {
    const found = this.#fullSchema.getType(type);
    return isObjectType(found) ? found.getInterfaces().map(({ name }) => name) : [];
  }

  #isA(row: Row, type: string): boolean {
    const condition = this.#fullSchema.getType(type);
    const own = this.#fullSchema.getType(row.__typename as string);
    return (
      row.__typename === type ||
      (isAbstractType(condition) &&
        (isObjectType(own) || isInterfaceType(own)) &&
        this.#fullSchema.isSubType(condition, own))
    );
  }

  /** A field that fails while something else needs it counts as null. */
  #pick(set: SelectionSetNode, row: unknown): unknown {
    return pickFieldSet<Row>(
      set,
      row,
      (source, field) => this.#readQuietly(source, field),
      (source, type) => this.#isA(source, type),
    );
  }

  #readQuietly(row: Row, node: FieldNode): unknown {
    const typename = row.__typename as string;
    const type = this.#fullSchema.getType(typename);
    const field = isObjectType(type) ? type.getFields()[node.name.value] : undefined;
    const given = field === undefined ? {} : getArgumentValues(field, node);
    try {
      return this.#read(new Place(row, null), typename, node.name.value, given);
    } catch {
      return null;
    }
  }

  #fromContext({ types, selection }: ContextArgument, here: Place): unknown {
    let around = here.parent;
    while (around !== null && ![...types].some((type) => this.#isA(around?.row ?? {}, type))) {
      around = around.parent;
    }
    return around === null ? null : onlyLeaf(this.#pick(selection, around.row));
  }
}

/** The one leaf that a context's selection leads to, lists kept. */
function onlyLeaf(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(onlyLeaf);
  if (typeof value !== 'object' || value === null) return value;
  return onlyLeaf(Object.values(value)[0] ?? null);
}
