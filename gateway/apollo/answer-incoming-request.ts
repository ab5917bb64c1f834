import type { ApolloGateway } from '@apollo/gateway';
import { prettyFormatQueryPlan, type QueryPlan } from '@apollo/query-planner';
import { getVariableValues } from 'graphql';
import type { Problem } from '../../shared/errors/problem.ts';
import { createLoadEntities } from '../execution/calls/entity-loads.ts';
import type { PreparedOperation } from '../operation/prepare-operation.ts';
import type { Rights } from '../policy/requirement.ts';
import { DataSourceCalls, type IncomingRequest } from './data-source-calls.ts';
import type { GatewayEngine } from './gateway-engine.ts';
import { sortErrors, toGraphqlError } from './to-graphql-errors.ts';

/** The answer as Apollo Server takes it. */
export type IncomingAnswer = Awaited<ReturnType<ApolloGateway['executor']>>;

/** What does not change from request to request. */
export interface AnswerSettings {
  readonly rightsOf: (contextValue: IncomingRequest['context']) => Rights;
  /** For all subgraph calls of one request together, in milliseconds. */
  readonly timeoutMs: number;
  readonly onPlan: (plan: QueryPlan, incoming: IncomingRequest, engine: GatewayEngine) => void;
  /** Whether clients may ask for the plan by a header. */
  readonly exposesPlans: boolean;
}

const NO_HEADERS = {};

/**
 * Answers one operation that Apollo Server has parsed and validated.
 *
 * It is parsed a second time, once for each text, because the engine works on a
 * tree of its own; a warm request parses nothing. Entity loads are merged within
 * the request only: another request's hooks would send something else.
 */
export async function answerIncomingRequest(
  engine: GatewayEngine,
  incoming: IncomingRequest,
  settings: AnswerSettings,
): Promise<IncomingAnswer> {
  const { request, source, context } = incoming;
  const operationName = request.operationName || null;
  const preparation = await engine.prepare(
    source,
    operationName,
    settings.rightsOf(context),
    engine.snapshot,
  );
  if (!preparation.ok) return { errors: preparation.problems.map(toGraphqlError) };
  const { prepared, executable } = preparation;
  settings.onPlan(toQueryPlan(prepared), incoming, engine);

  const calls = new DataSourceCalls(engine.dataSources, incoming);
  const { dataText, problems } = await executable.execute({
    variables: request.variables ?? null,
    callSubgraph: calls.call,
    loadEntities: createLoadEntities(calls.call, null),
    memory: null,
    headersFor: () => NO_HEADERS,
    timeoutMs: settings.timeoutMs,
  });
  if (dataText === undefined) return { errors: inputErrors(problems, prepared, incoming) };
  const { errors, valueCompletion } = sortErrors(problems, prepared.hidesValues ? null : calls);
  const extensions = {
    ...(valueCompletion.length === 0 ? {} : { valueCompletion }),
    ...(settings.exposesPlans ? describePlan(prepared, incoming) : {}),
  };
  return {
    ...(errors.length === 0 ? {} : { errors }),
    data: JSON.parse(dataText),
    ...(Object.keys(extensions).length === 0 ? {} : { extensions }),
  };
}

function toQueryPlan({ plan }: PreparedOperation): QueryPlan {
  return plan === null ? { kind: 'QueryPlan' } : { kind: 'QueryPlan', node: plan };
}

/** What a variable may not give, by the rules or by its type. */
function inputErrors(
  problems: readonly Problem[],
  prepared: PreparedOperation,
  incoming: IncomingRequest,
): NonNullable<IncomingAnswer['errors']> {
  const guarded = problems.filter(({ code }) => code === 'CLASSIFIED_INPUT_REFUSED');
  return guarded.length > 0 ? guarded.map(toGraphqlError) : variableErrors(prepared, incoming);
}

/** The errors themselves: Apollo Server tells by their class that the client is to blame. */
function variableErrors(
  { parsed, snapshot }: PreparedOperation,
  { request }: IncomingRequest,
): NonNullable<IncomingAnswer['errors']> {
  const definitions = parsed.definition.variableDefinitions ?? [];
  return getVariableValues(snapshot.schema, definitions, request.variables ?? {}).errors ?? [];
}

/** @see https://www.apollographql.com/docs/apollo-server/using-federation/api/apollo-gateway */
function describePlan(prepared: PreparedOperation, { request }: IncomingRequest) {
  const headers = request.http?.headers;
  if (!headers?.get('apollo-query-plan-experimental')) return {};
  const plan = toQueryPlan(prepared);
  const format = headers.get('apollo-query-plan-experimental-format') ?? 'prettified';
  if (format === 'internal') return { __queryPlanExperimental: plan };
  const isShown = format === 'prettified' && plan.node !== undefined;
  return { __queryPlanExperimental: isShown ? prettyFormatQueryPlan(plan) : true };
}
