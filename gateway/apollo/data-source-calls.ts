import type {
  ApolloGateway,
  GraphQLDataSource,
  GraphQLDataSourceProcessOptions,
} from '@apollo/gateway';
import { givenUp } from '../execution/calls/given-up.ts';
import type {
  CallSubgraph,
  RunningCall,
  SubgraphAnswer,
  SubgraphCall,
  SubgraphError,
} from '../execution/calls/subgraph-answer.ts';
import type { JsonObject } from '../execution/json.ts';
import type { DataSources } from './apollo-internals.ts';

/** One request as Apollo Server hands it to a gateway. */
export type IncomingRequest = Parameters<ApolloGateway['executor']>[0];

type OperationOptions = Extract<
  GraphQLDataSourceProcessOptions,
  { incomingRequestContext: unknown }
>;
type DataSourceResponse = Awaited<ReturnType<GraphQLDataSource['process']>>;
type ReportedError = NonNullable<DataSourceResponse['errors']>[number];

/** Where an error comes from: a subgraph reported it in its answer, or the data source threw it. */
export type ErrorOrigin =
  | { readonly kind: 'reported'; readonly error: ReportedError }
  | { readonly kind: 'thrown'; readonly error: unknown };

/** A member of an enumeration that `@apollo/gateway` does not export. */
const INCOMING_OPERATION = 'incoming operation' as OperationOptions['kind'];

/**
 * The subgraph calls of one request, made through the data sources that the
 * caller configured. Nothing here outlives the request, so what one request's
 * hooks put into theirs, a token first of all, never meets another's.
 */
export class DataSourceCalls {
  readonly #dataSources: DataSources;
  readonly #incoming: IncomingRequest;
  /** By the `extensions` object that an error travels with through the engine. */
  readonly #origins = new Map<object, ErrorOrigin>();

  constructor(dataSources: DataSources, incoming: IncomingRequest) {
    this.#dataSources = dataSources;
    this.#incoming = incoming;
  }

  readonly call: CallSubgraph = (call): RunningCall => {
    let abort = (): void => {};
    const answer = new Promise<SubgraphAnswer>((resolve, reject) => {
      abort = () => resolve(givenUp(call.subgraph));
      this.#answer(call).then(resolve, reject);
    });
    return { answer, abort };
  };

  /** The origin of an error that this request's calls led to. */
  originOf(extensions: object): ErrorOrigin | undefined {
    return this.#origins.get(extensions);
  }

  async #answer(call: SubgraphCall): Promise<SubgraphAnswer> {
    let response: DataSourceResponse;
    try {
      response = await this.#process(call);
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      const thrown = this.#toSubgraphError(message, null, { kind: 'thrown', error });
      return { ok: true, data: null, errors: [thrown] };
    }
    const reported = response.errors ?? [];
    if (reported.length > 0) this.#countErrors(call.subgraph, reported);
    const errors = reported.map((error) =>
      this.#toSubgraphError(error.message, error.path ?? null, { kind: 'reported', error }),
    );
    return { ok: true, data: response.data ?? null, errors };
  }

  #process({ subgraph, body, path }: SubgraphCall): Promise<DataSourceResponse> {
    const dataSource = this.#dataSources.get(subgraph);
    if (dataSource === undefined) throw new Error(`Couldn't find service with name "${subgraph}"`);
    const { query, variables = {} } = JSON.parse(body) as {
      readonly query: string;
      readonly variables?: JsonObject;
    };
    const options: OperationOptions = {
      kind: INCOMING_OPERATION,
      request: { query, variables: this.#withGivenValues(variables) },
      incomingRequestContext: this.#incoming,
      context: this.#incoming.context,
      ...(path === undefined ? {} : { pathInIncomingRequest: [...path] }),
    };
    return dataSource.process(options);
  }

  /** A data source gets the very values of the client's variables: an upload does not survive JSON. */
  #withGivenValues(variables: JsonObject): JsonObject {
    const given: JsonObject = this.#incoming.request.variables ?? {};
    for (const name of Object.keys(variables)) {
      if (name !== 'representations' && given[name] !== undefined) variables[name] = given[name];
    }
    return variables;
  }

  #toSubgraphError(
    message: string,
    path: SubgraphError['path'],
    origin: ErrorOrigin,
  ): SubgraphError {
    const extensions = {};
    this.#origins.set(extensions, origin);
    return { message, path, extensions };
  }

  /** For the usage reports of Apollo Server, which show errors by subgraph. */
  #countErrors(subgraph: string, errors: readonly ReportedError[]): void {
    const { metrics } = this.#incoming;
    metrics.nonFtv1ErrorPaths ??= [];
    for (const { path } of errors) metrics.nonFtv1ErrorPaths.push({ subgraph, path });
  }
}
