/**
 * One gateway from its settings: reads files, builds, listens, and can be closed.
 *
 * @module
 */
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { MeshgateError } from '../../../shared/errors/meshgate-error.ts';
import { PROJECT_ROOT } from '../../../shared/lang/project-root.ts';
import { createMetrics, type Metrics } from '../../../shared/telemetry/create-metrics.ts';
import type { Logger } from '../../../shared/telemetry/logger.ts';
import { buildGateway } from '../../build-gateway.ts';
import type { GatewayConfig } from '../../config/config-schema.ts';
import { readConfig } from '../../config/read-config.ts';
import { loadSecret } from '../../config/secret-reference.ts';
import type { CompiledPolicies } from '../../control/policies/compile-policies.ts';
import { loadPolicies } from '../../control/policies/load-policies.ts';
import { CredentialRegister } from '../../identity/credential-register.ts';
import {
  createSubgraphTokens,
  type SubgraphTokens,
} from '../../identity/trust/create-subgraph-tokens.ts';
import type { RowClaims } from '../../identity/trust/row-claims.ts';
import { loadSigningKey } from '../../identity/trust/signing-key.ts';
import { GrantRegister } from '../../policy/grants/grant-register.ts';
import { loadIssuers } from '../request/build-identity.ts';
import { connectStores } from '../state/connect-stores.ts';
import { followClassification, loadClassification } from '../state/follow-classification.ts';
import { followOperationList, loadOperationList } from '../state/follow-operation-list.ts';
import { followPolicies, warnOfPolicies } from '../state/follow-policies.ts';
import { followSupergraphFile } from '../supergraph/follow-supergraph-file.ts';
import { createLoadSupergraph } from '../supergraph/load-supergraph.ts';
import { createGatewayLogger } from './create-gateway-logger.ts';
import { describeGateway } from './describe-gateway.ts';

/** A gateway that listens. */
export interface ServedGateway {
  readonly url: string;
  /** Version of the supergraph in use. */
  readonly supergraph: string;
  /** Lets running requests finish within the configured time, then cuts what is left. */
  close(): Promise<void>;
}

/** What a worker of several brings along; a gateway that is alone counts for itself. */
export interface WorkerPlace {
  readonly metrics: Metrics;
  /** Renders the metrics of all workers. */
  readonly renderMetrics: () => Promise<string>;
}

/** Node does not transform the entry of a thread, so it is the compiled one, wherever this runs from. */
const PLANNING_THREAD = new URL('dist/gateway/planning/planning-thread.js', PROJECT_ROOT);

/** `iss` of the tokens for subgraphs; the kit expects it unless told otherwise. */
const TRUST_ISSUER = 'meshgate';

/**
 * Starts a gateway in this process.
 *
 * @param env Settings as the environment spells them, options of the command line laid over.
 * @param planningThread Entry of the threads that plan, as code that Node itself can run.
 * @param place Null when this process is the whole gateway.
 * @throws {MeshgateError} CONFIG_INVALID, SUPERGRAPH_INVALID, PORT_TAKEN or, with a DATABASE_URL,
 *   what `connectStores` throws.
 */
export async function serveGateway(
  env: Readonly<Record<string, string | undefined>>,
  place: WorkerPlace | null = null,
  planningThread: URL = PLANNING_THREAD,
): Promise<ServedGateway> {
  const config = await readConfig(env);
  const log = createGatewayLogger(config, place !== null);
  const { metrics, renderMetrics } = place ?? createPlace();
  const { file, sdl } = await readSupergraph(config);
  const policies = { current: await loadPolicies(config.POLICY_FOLDER) };
  const rules = await loadClassification(config, env, { log });
  const operations = await loadOperationList(config);
  const loadSupergraph = createLoadSupergraph(config, metrics, planningThread);
  const supergraph = await loadSupergraph(sdl);
  const descriptions = await describeGateway(config, log);
  const subgraphTokens = await loadSubgraphTokens(config, descriptions.rowClaims);
  const issuers = await loadIssuers(config, env);
  const cacheKeys = await loadCacheKeys(config, env);
  const register = new CredentialRegister(config.DATABASE_URL !== null);
  const grants = new GrantRegister(config.GRANTS_TRUSTED_SECONDS * 1000);
  const tools = { metrics, log };
  const stores = await connectStores(config, { register, grants }, env, tools);
  const server = buildGateway(config, {
    supergraph,
    loadSupergraph,
    subgraphTokens,
    log,
    redis: stores.redis,
    cacheRedis: stores.cacheRedis,
    ...cacheKeys,
    announceChange: stores.changes.announce,
    issuers,
    register,
    grants,
    audit: stores.audit,
    policies,
    classification: rules.classification,
    operationList: operations?.live ?? null,
    metrics,
    renderMetrics,
    now: Date.now,
    random: Math.random,
    ...descriptions,
    portalFolder: fileURLToPath(new URL('dist/portal/', PROJECT_ROOT)),
  });
  const { url } = await server.listen().catch((error: unknown) => {
    void Promise.all([stores.close(0), supergraph.planning.close()]);
    throw error;
  });
  stores.changes.follow(server.forget);
  const followed = [
    followSupergraphFile(file, sdl, server.swapSupergraph, tools),
    followClassification(rules, tools),
    followPolicies(config.POLICY_FOLDER, policies, tools),
    followOperationList(operations, tools, server.checkOperations),
  ];
  const served = { url, supergraph: supergraph.snapshot.version };
  // The primary says once for all workers that the gateway listens, and that it has closed.
  const level = place === null ? 'info' : 'debug';
  reportAuthorization(config, policies.current, log, level);
  log[level]({ ...served, mode: config.MODE }, 'gateway listens');
  return {
    ...served,
    async close() {
      for (const unfollow of followed) unfollow();
      await server.close(config.DRAIN_MS);
      await stores.close(config.DRAIN_MS);
      log[level]('gateway closed');
    },
  };
}

function reportAuthorization(
  { AUTHORIZATION_MODE: mode }: GatewayConfig,
  policies: CompiledPolicies,
  log: Logger,
  level: 'info' | 'debug',
): void {
  if (mode === 'dry_run') {
    log.warn('authorization is a dry run: callers are answered what they may not read');
  }
  warnOfPolicies(policies, log);
  const { version: policyVersion, count } = policies;
  log[level]({ policyVersion, policies: count }, 'policies decide what @policy protects');
}

function createPlace(): WorkerPlace {
  const metrics = createMetrics('gateway');
  return { metrics, renderMetrics: () => metrics.render() };
}

async function loadCacheKeys(
  { CACHE_INVALIDATION_KEY: reference, RESPONSE_CACHE_SECRETS: references }: GatewayConfig,
  env: Readonly<Record<string, string | undefined>>,
) {
  return {
    invalidationKey: reference === null ? null : await loadSecret(reference, env),
    cacheSecrets: await Promise.all(references.map((one) => loadSecret(one, env))),
  };
}

async function readSupergraph({ SUPERGRAPH_FILE: file }: GatewayConfig) {
  if (file === null) {
    throw new MeshgateError('CONFIG_INVALID', {
      message:
        'The gateway needs a supergraph: expected --supergraph FILE or SUPERGRAPH_FILE, given neither; `meshgate compose` makes one.',
    });
  }
  try {
    return { file, sdl: await readFile(file, 'utf8') };
  } catch (cause) {
    throw new MeshgateError('SUPERGRAPH_INVALID', {
      message: `The supergraph file ${file} cannot be read (${(cause as NodeJS.ErrnoException).code}).`,
      cause,
    });
  }
}

async function loadSubgraphTokens(
  config: GatewayConfig,
  rowClaims: RowClaims,
): Promise<SubgraphTokens | null> {
  const file = config.SUBGRAPH_TRUST_KEY_FILE;
  if (file === null) return null;
  const key = await loadSigningKey(file);
  if (key === null) {
    throw new MeshgateError('CONFIG_INVALID', {
      message: `SUBGRAPH_TRUST_KEY_FILE: there is no file ${file}; expected a private Ed25519 key as a JSON Web Key.`,
    });
  }
  return createSubgraphTokens({
    privateJwk: key.privateJwk,
    issuer: TRUST_ISSUER,
    lifetimeSeconds: config.SUBGRAPH_TOKEN_SECONDS,
    rowClaims,
    now: Date.now,
  });
}
