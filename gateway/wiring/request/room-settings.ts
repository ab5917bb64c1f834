import type { GatewayConfig } from '../../config/config-schema.ts';
import type { EdgeSettings } from '../../http/edge-types.ts';
import type { PreparationSettings } from '../../operation/parse-operation.ts';
import type { AnswerSettings } from './answer-graphql.ts';
import { CLIENT_HEADER } from './build-documents.ts';

/** Bounds that no deployment has had a reason to change; each is far above what clients send. */
const URL_BYTES = 16_384;
const HEADER_BYTES = 32_768;
/** Longer than the idle time-out of common load balancers, so that they close first. */
const KEEP_ALIVE_MS = 72_000;

/** The edge's part of the configuration. */
export function toEdgeSettings(config: GatewayConfig, portalFolder: string | null): EdgeSettings {
  return {
    host: config.HOST,
    port: config.PORT,
    bodyBytes: config.BODY_BYTES,
    urlBytes: URL_BYTES,
    headerBytes: HEADER_BYTES,
    requestTimeoutMs: config.REQUEST_TIMEOUT_MS,
    keepAliveTimeoutMs: KEEP_ALIVE_MS,
    tokenCookie: config.TOKEN_COOKIE,
    // What an identifier means may depend on the application.
    varyHeaders:
      config.PERSISTED_OPERATIONS === 'off'
        ? config.FORWARD_HEADERS
        : [...config.FORWARD_HEADERS, CLIENT_HEADER],
    corsOrigins: config.CORS_ORIGINS,
    strictTransportSecurity: config.TRUST_PROXY.length > 0,
    trustProxy: config.TRUST_PROXY,
    playground: config.PLAYGROUND,
    portalFolder,
  };
}

/** The preparation's part of the configuration. */
export function toPreparationSettings(config: GatewayConfig): PreparationSettings {
  const narrowsIntrospection = config.INTROSPECTION_SHOWS === 'usable';
  return {
    limits: {
      tokens: config.DOCUMENT_TOKENS,
      depth: config.DOCUMENT_DEPTH,
      aliases: config.DOCUMENT_ALIASES,
      rootFields: config.DOCUMENT_ROOT_FIELDS,
      directives: config.DOCUMENT_DIRECTIVES,
      selections: config.DOCUMENT_SELECTIONS,
    },
    introspection: config.INTROSPECTION,
    // What is not shown is not suggested either.
    suggestions: config.MODE === 'development' && !narrowsIntrospection,
    dryRun: config.AUTHORIZATION_MODE === 'dry_run',
    narrowsIntrospection,
    asksForKeys: (countAuditedKeys(config) ?? 0) > 0,
  };
}

/** How many keys of entities a record names for each field at most; null where nothing is recorded. */
export function countAuditedKeys(config: GatewayConfig): number | null {
  if (!config.AUDIT || config.DATABASE_URL === null) return null;
  return config.AUDIT_ENTITY_KEYS === 'none' ? 0 : config.AUDIT_KEYS_PER_FIELD;
}

/** What decides between the stages. */
export function toAnswerSettings(config: GatewayConfig): AnswerSettings {
  const { AUTHORIZATION_MODE: mode, AUTHORIZATION_ERRORS: placement } = config;
  return {
    rejects: mode === 'reject',
    // What would be refused is no error where nothing is.
    refusals: mode === 'dry_run' && placement === 'errors' ? 'extensions' : placement,
    passSubgraphErrors: config.SUBGRAPH_ERRORS === 'passed',
    timeoutMs: config.REQUEST_TIMEOUT_MS,
    cacheStatus: config.CACHE_STATUS,
    shadowPercent: config.CACHE_SHADOW_PERCENT,
    asksForRefused: mode === 'dry_run',
    surrogateKeys: config.SURROGATE_KEYS,
    unstatedIsShared: cannotKnowCallers(config),
    requiresAuthentication: config.REQUIRE_AUTHENTICATION,
  };
}

/** Whether no product can know who asks, so that one that says neither public nor private cannot mean the caller. */
export function cannotKnowCallers(config: GatewayConfig): boolean {
  return config.SUBGRAPH_TRUST_KEY_FILE === null && !forwardsCredentials(config);
}

function forwardsCredentials({ FORWARD_HEADERS: forwarded }: GatewayConfig): boolean {
  return forwarded.includes('authorization') || forwarded.includes('cookie');
}
