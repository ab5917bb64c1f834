/**
 * What `MeshgateGateway` reaches of its base class behind the public members.
 *
 * The base class loads a supergraph in private methods and keeps its data sources
 * in a private field. Its version is pinned, and these four names are all that is
 * used: a version that lacks one fails when the gateway is loaded, not later.
 *
 * @module
 */
import { Supergraph } from '@apollo/federation-internals';
import type {
  ApolloGateway,
  GatewayConfig,
  GraphQLDataSource,
  ServiceEndpointDefinition,
} from '@apollo/gateway';
import { invariant } from '../../shared/lang/invariant.ts';

/** Data sources by the name of their subgraph. */
export type DataSources = ReadonlyMap<string, GraphQLDataSource>;

type Services = Record<string, { readonly dataSource: GraphQLDataSource } | undefined>;

/**
 * Puts our own loading of a supergraph in the place of the base class's.
 *
 * The base class knows no feature that protects data and refuses supergraphs that
 * have one. Here `prepare` decides: it throws for what must not be served. The
 * supergraph manager then hears of it, and the supergraph before stays.
 *
 * @param prepare Returns what to do with the data sources of the new supergraph, once they are made.
 */
export function replaceLoading(
  gateway: ApolloGateway,
  prepare: (supergraphSdl: string) => (dataSources: DataSources) => void,
): void {
  replace(gateway, 'createSchemaFromSupergraphSdl', (supergraphSdl: string) => {
    const use = prepare(supergraphSdl);
    const supergraph = buildChecked(supergraphSdl);
    use(createDataSources(gateway, supergraph.subgraphsMetadata()));
    return { supergraph, supergraphSdl };
  });
  replace(gateway, 'serviceListFromSupergraphSdl', (supergraphSdl: string) =>
    buildChecked(supergraphSdl).subgraphsMetadata(),
  );
}

/** Builds a supergraph whose features and rules are checked elsewhere. */
function buildChecked(supergraphSdl: string): Supergraph {
  return Supergraph.build(supergraphSdl, { supportedFeatures: null, validateSupergraph: false });
}

/** The configuration with the base class's defaults filled in. */
export function configOf(gateway: ApolloGateway): GatewayConfig {
  return Reflect.get(gateway, 'config');
}

function replace<Given, Made>(
  gateway: ApolloGateway,
  name: string,
  method: (given: Given) => Made,
): void {
  invariant(typeof Reflect.get(gateway, name) === 'function', `the base class has ${name}`);
  Object.defineProperty(gateway, name, { value: method });
}

/** Lets the base class make the data sources that it does not have yet, with the caller's `buildService`. */
function createDataSources(
  gateway: ApolloGateway,
  subgraphs: readonly ServiceEndpointDefinition[],
): DataSources {
  const create: (services: readonly ServiceEndpointDefinition[]) => void = Reflect.get(
    gateway,
    'createServices',
  );
  create.call(gateway, subgraphs);
  const services: Services = Reflect.get(gateway, 'serviceMap');
  const dataSources = new Map<string, GraphQLDataSource>();
  for (const { name } of subgraphs) {
    const service = services[name];
    invariant(service !== undefined, `the base class has made a data source for ${name}`);
    dataSources.set(name, service.dataSource);
  }
  return dataSources;
}
