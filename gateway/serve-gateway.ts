/**
 * One gateway from its settings: reads files, builds, listens, and can be closed.
 *
 * @module
 */
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { MeshgateError } from '../shared/errors/meshgate-error.ts';
import { PROJECT_ROOT } from '../shared/lang/project-root.ts';
import { createRedis, type Redis } from '../shared/redis/create-redis.ts';
import { createLogger } from '../shared/telemetry/create-logger.ts';
import type { Logger } from '../shared/telemetry/logger.ts';
import { buildGateway } from './build-gateway.ts';
import type { GatewayConfig } from './config/config-schema.ts';
import { loadConfig } from './config/load-config.ts';
import { readConfigFile } from './config/read-config-file.ts';
import { describeGateway } from './describe-gateway.ts';
import { createSubgraphTokens, type SubgraphTokens } from './identity/create-subgraph-tokens.ts';
import { loadSigningKey } from './identity/signing-key.ts';
import { loadSupergraphSnapshot } from './supergraph/supergraph-snapshot.ts';

/** A gateway that listens. */
export interface ServedGateway {
  readonly url: string;
  /** Lets running requests finish within the configured time, then cuts what is left. */
  close(): Promise<void>;
}

/** A Redis nearby answers in a millisecond; one that takes longer than this is not worth waiting for. */
const REDIS_TIMEOUTS = { connectTimeoutMs: 2000, commandTimeoutMs: 100 };

/** `iss` of the tokens for subgraphs; the kit expects it unless told otherwise. */
const TRUST_ISSUER = 'meshgate';

/**
 * Starts a gateway in this process.
 *
 * @param env Settings as the environment spells them, options of the command line laid over.
 * @throws {MeshgateError} CONFIG_INVALID, SUPERGRAPH_INVALID or PORT_TAKEN.
 */
export async function serveGateway(
  env: Readonly<Record<string, string | undefined>>,
): Promise<ServedGateway> {
  const fileText = env.CONFIG_FILE === undefined ? null : await readConfigFile(env.CONFIG_FILE);
  const config = loadConfig(env, fileText);
  const log = createLogger({
    level: config.LOG_LEVEL,
    name: 'gateway',
    ...(config.LOG_FILE === null ? {} : { destination: config.LOG_FILE }),
  });
  const snapshot = loadSupergraphSnapshot(
    await readSupergraph(config),
    new Map(Object.entries(config.SUBGRAPH_URLS)),
  );
  const { startPage, exampleOperations } = await describeGateway(config, snapshot, log);
  const subgraphTokens = await loadSubgraphTokens(config);
  const redis = connectRedis(config, log);
  const server = buildGateway(config, {
    snapshot,
    subgraphTokens,
    log,
    redis,
    now: Date.now,
    startPage,
    exampleOperations,
    portalFolder: fileURLToPath(new URL('dist/portal/', PROJECT_ROOT)),
  });
  const { url } = await server.listen().catch((error: unknown) => {
    redis?.close();
    throw error;
  });
  log.info({ url, supergraph: snapshot.version, mode: config.MODE }, 'gateway listens');
  return {
    url,
    async close() {
      await server.close(config.DRAIN_MS);
      redis?.close();
      log.info('gateway closed');
    },
  };
}

function connectRedis({ REDIS_URL: url }: GatewayConfig, log: Logger): Redis | null {
  return url === null ? null : createRedis({ url, log, ...REDIS_TIMEOUTS });
}

async function readSupergraph({ SUPERGRAPH_FILE: file }: GatewayConfig): Promise<string> {
  if (file === null) {
    throw new MeshgateError('CONFIG_INVALID', {
      message:
        'The gateway needs a supergraph: expected --supergraph FILE or SUPERGRAPH_FILE, given neither; `meshgate compose` makes one.',
    });
  }
  try {
    return await readFile(file, 'utf8');
  } catch (cause) {
    throw new MeshgateError('SUPERGRAPH_INVALID', {
      message: `The supergraph file ${file} cannot be read (${(cause as NodeJS.ErrnoException).code}).`,
      cause,
    });
  }
}

async function loadSubgraphTokens(config: GatewayConfig): Promise<SubgraphTokens | null> {
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
    now: Date.now,
  });
}
