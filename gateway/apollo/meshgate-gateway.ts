/**
 * Meshgate for those who run Apollo Server: `new ApolloServer({ gateway })` with
 * our planner and executor behind it.
 *
 * Everything around the executor is `ApolloGateway` itself: constructor options,
 * supergraph managers, `buildService`, data sources and their hooks. The room is
 * imported by users alone, because loading `@apollo/gateway` takes half a second.
 *
 * @module
 */
import { ApolloGateway, buildOperationContext, type GatewayConfig } from '@apollo/gateway';
import { prettyFormatQueryPlan, type QueryPlan } from '@apollo/query-planner';
import { invariant } from '../../shared/lang/invariant.ts';
import type { DocumentLimits } from '../operation/document-limits.ts';
import type { Rights } from '../policy/requirement.ts';
import { loadSupergraphSnapshot } from '../supergraph/load-supergraph-snapshot.ts';
import { type AnswerSettings, answerIncomingRequest } from './answer-incoming-request.ts';
import { configOf, replaceLoading } from './apollo-internals.ts';
import { buildClassification, type ClassificationOption } from './build-classification.ts';
import type { IncomingRequest } from './data-source-calls.ts';
import { createGatewayEngine, type GatewayEngine } from './gateway-engine.ts';
import { silenceTelemetry } from './silence-telemetry.ts';

/** What a `MeshgateGateway` takes besides the options of `ApolloGateway`. */
export interface MeshgateOptions {
  /**
   * What the caller of a request may do, from Apollo Server's context value. What a
   * supergraph protects with `@authenticated`, `@requiresScopes` or `@policy` is shown
   * to nobody else. Without it every caller is anonymous.
   */
  readonly rights?: (contextValue: IncomingRequest['context']) => Rights;
  /**
   * Rules that say what follows from how data is classified by tags. It has to be given where the
   * supergraph has the tags `pii` or `restricted`; such a supergraph is refused without it.
   */
  readonly classification?: ClassificationOption;
  /** For all subgraph calls of one request together, in milliseconds; without it a request may take as long as its data sources do. */
  readonly requestTimeoutMs?: number;
  /** Bounds on documents, each instead of the one in `DROP_IN_LIMITS`. */
  readonly limits?: Partial<DocumentLimits>;
}

export type MeshgateGatewayConfig = GatewayConfig & MeshgateOptions;

/** What documents may be: far beyond what clients send, and little enough to be planned. */
const DROP_IN_LIMITS: DocumentLimits = {
  tokens: 100_000,
  depth: 200,
  aliases: 5000,
  rootFields: 1000,
  directives: 5000,
  selections: 200_000,
};

const ANONYMOUS: Rights = { authenticated: false, scopes: new Set(), policies: new Set() };

/** The longest that a timer of Node.js can be set to, 24 days. */
const NO_DEADLINE_MS = 2_147_483_647;

/**
 * An `ApolloGateway` whose operations are planned and run by Meshgate.
 *
 * @example `new ApolloServer({ gateway: new MeshgateGateway({ supergraphSdl }) })`
 */
export class MeshgateGateway extends ApolloGateway {
  readonly #settings: AnswerSettings;
  #engine: GatewayEngine | null = null;
  /** Made ready for a supergraph that the base class has not yet announced. */
  #next: GatewayEngine | null = null;

  /** @throws {Error} As `ApolloGateway` does; `CONFIG_INVALID` for rules that are not valid. */
  constructor(config: MeshgateGatewayConfig = {}) {
    const restore = silenceTelemetry();
    super(config);
    restore();
    const { rights, requestTimeoutMs, limits, classification } = config;
    const { classificationOf, windowStates } = buildClassification(classification, (message) =>
      configOf(this).logger?.warn(message),
    );
    const documentLimits = { ...DROP_IN_LIMITS, ...limits };
    this.#settings = {
      rightsOf(contextValue) {
        const own = rights?.(contextValue) ?? ANONYMOUS;
        const windows = windowStates();
        return windows === null ? own : { ...own, windows };
      },
      timeoutMs: requestTimeoutMs ?? NO_DEADLINE_MS,
      onPlan: (plan, incoming, engine) => this.#tellPlan(plan, incoming, engine),
      exposesPlans: configOf(this).__exposeQueryPlanExperimental === true,
    };
    replaceLoading(this, (supergraphSdl) => {
      const snapshot = loadSupergraphSnapshot(supergraphSdl);
      // Throws before anything is served; what does not fit is said here too.
      classificationOf(snapshot);
      return (dataSources) => {
        this.#next = createGatewayEngine(snapshot, dataSources, documentLimits, classificationOf);
      };
    });
    // The first listener: whoever hears of a supergraph after this can ask it.
    this.onSchemaLoadOrUpdate(() => {
      this.#engine = this.#next;
    });
  }

  /** Answers with the supergraph that is current when the request comes, to its end. */
  override executor: ApolloGateway['executor'] = (incoming) => {
    invariant(this.#engine !== null, 'Apollo Server loads a gateway before it asks it');
    return answerIncomingRequest(this.#engine, incoming, this.#settings);
  };

  #tellPlan(queryPlan: QueryPlan, requestContext: IncomingRequest, engine: GatewayEngine): void {
    const { experimental_didResolveQueryPlan: tell, debug, logger } = configOf(this);
    if (debug && queryPlan.node !== undefined) logger?.debug(prettyFormatQueryPlan(queryPlan));
    if (tell === undefined) return;
    const { operationName } = requestContext.request;
    tell({
      queryPlan,
      serviceMap: Object.fromEntries(engine.dataSources),
      requestContext,
      operationContext: buildOperationContext({
        schema: engine.snapshot.schema,
        operationDocument: requestContext.document,
        ...(operationName === undefined ? {} : { operationName }),
      }),
    });
  }
}
