import { type GraphQLResolveInfo, getNamedType, isCompositeType, Kind } from 'graphql';
import type { FixtureResolvers, FixtureSubgraph } from '../../support/federation-fixture.ts';
import {
  createIsA,
  isNamedBy,
  isObject,
  pickFieldSet,
  readSdlFacts,
  type SdlFacts,
} from './sdl-facts.ts';
import { type DifferentialFixture, Place, place, type Row, readRow, type World } from './world.ts';

/** The world that is answered from at the moment. */
export interface CurrentWorld {
  world: World;
}

/** Gives every subgraph of a fixture the resolvers that its SDL asks for. */
export function buildSubgraphs(
  fixture: DifferentialFixture,
  current: CurrentWorld,
): readonly FixtureSubgraph[] {
  const facts = fixture.subgraphs.map(({ sdl }) => readSdlFacts(sdl));
  const overridden = new Set(facts.flatMap((one) => one.overridden));
  const mesh = { overridden, current, isA: createIsA(facts) };
  return fixture.subgraphs.map((subgraph, index) => ({
    ...subgraph,
    resolvers: new SubgraphResolvers(subgraph.name, facts[index] as SdlFacts, mesh).build(),
  }));
}

/** What the subgraphs of one fixture have in common. */
interface Mesh {
  readonly overridden: ReadonlySet<string>;
  readonly current: CurrentWorld;
  readonly isA: ReturnType<typeof createIsA>;
}

class SubgraphResolvers {
  readonly #name: string;
  readonly #facts: SdlFacts;
  readonly #mesh: Mesh;

  constructor(name: string, facts: SdlFacts, mesh: Mesh) {
    this.#name = name;
    this.#facts = facts;
    this.#mesh = mesh;
  }

  build(): FixtureResolvers {
    const resolvers: FixtureResolvers = {};
    for (const definition of this.#facts.definitions) {
      const name = definition.name.value;
      const isAbstract =
        definition.kind === Kind.INTERFACE_TYPE_DEFINITION ||
        definition.kind === Kind.UNION_TYPE_DEFINITION;
      if (!isAbstract && !isObject(definition)) continue;
      const ofType: FixtureResolvers[string] = { ...resolvers[name] };
      if (isAbstract) ofType.__resolveType = ({ row }: Place) => row.__typename;
      if (this.#facts.keys.has(name)) {
        ofType.__resolveReference = (given: Row) => this.#find(name, given);
      }
      for (const { name: field } of isObject(definition) ? (definition.fields ?? []) : []) {
        ofType[field.value] = (source: Place | undefined, given: Row, _: unknown, info: never) =>
          this.#resolve(source, given, info);
      }
      resolvers[name] = ofType;
    }
    return resolvers;
  }

  /** An interface object stands for rows of types that this subgraph may not even know. */
  #find(type: string, given: Row): Place | null {
    const keys = this.#facts.keys.get(type) ?? [];
    const row = this.#mesh.current.world.entities.find(
      (one) => this.#mesh.isA(one.__typename, type) && isNamedBy(keys, one, given),
    );
    return row === undefined ? null : new Place(row, null, given);
  }

  #resolve(source: Place | undefined, given: Row, info: GraphQLResolveInfo): unknown {
    const coordinate = `${info.parentType.name}.${info.fieldName}`;
    if (this.#mesh.overridden.has(`${this.#name} ${coordinate}`)) {
      throw new Error(`${coordinate} has moved away from ${this.#name}`);
    }
    const isMutation = info.schema.getMutationType() === info.parentType;
    const { world } = this.#mesh.current;
    const here = source ?? new Place((isMutation ? world.Mutation : world.Query) ?? {}, null);
    const value = readRow(here.row, info.fieldName, given, this.#required(coordinate, here));
    return isCompositeType(getNamedType(info.returnType)) ? place(value, here) : value;
  }

  #required(coordinate: string, { given }: Place): Row | null {
    const set = this.#facts.requires.get(coordinate);
    if (set === undefined) return null;
    if (given === null) throw new Error(`${coordinate} was asked without what it requires`);
    return pickFieldSet<Row>(
      set,
      given,
      (source, field) => source[field.name.value],
      ({ __typename }, type) => this.#mesh.isA(__typename, type),
    ) as Row;
  }
}
