import { generateKeyPairSync } from 'node:crypto';
import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { exportJWK, SignJWT } from 'jose';
import { composeSupergraph } from '../../gateway/control/composition/compose-supergraph.ts';
import { type Served, serve } from './processes.ts';
import { recordFloor } from './record-floor.ts';
import { shopSubgraphs } from './shop-data.ts';
import { BENCH_SCOPES, WORKLOADS } from './workloads.ts';

/** One server that answers the workloads. */
export interface Contestant {
  readonly name: string;
  readonly about: string;
  readonly url: string;
  readonly pid: number;
  /** Tokens that requests use in turn; none for a server that checks nothing. */
  readonly tokens: readonly string[];
  readonly stop: () => Promise<void>;
}

export interface Field {
  readonly contestants: readonly Contestant[];
  /** GraphQL calls that reached the subgraphs so far. */
  readonly calls: () => Promise<number>;
  stop(): Promise<void>;
}

/** The gateway under test has this core to itself; load and subgraphs share the other. */
export const GATEWAY_CORE = 0;
export const LOAD_CORE = 1;

const ISSUER = 'http://127.0.0.1/bench';
const AUDIENCE = 'bench';
const ROOT = new URL('../../', import.meta.url).pathname;

type WithUrl = { readonly url: string };

/** Starts the subgraphs and every server that is compared. */
export async function startField(): Promise<Field> {
  const folder = await mkdtemp(join(tmpdir(), 'meshgate-bench-'));
  const file = (name: string) => join(folder, name);
  const subgraphs = await serve(
    tsx('test/bench/serve-subgraphs.ts'),
    LOAD_CORE,
    ({ urls }) => (urls as Record<string, string>) ?? null,
  );
  await writeFile(file('open.graphql'), composeShop(subgraphs.facts, false));
  await writeFile(file('protected.graphql'), composeShop(subgraphs.facts, true));
  await writeFile(
    file('floor.json'),
    JSON.stringify(await recordFloor(file('open.graphql'), WORKLOADS)),
  );
  const issuer = await makeIssuer(file('jwks.json'));

  const stock = await serve<WithUrl>(
    [...tsx('test/bench/serve-stock.ts'), file('open.graphql')],
    GATEWAY_CORE,
    toUrl,
  );
  const floor = await serve<WithUrl>(
    [...tsx('test/bench/serve-floor.ts'), file('floor.json')],
    GATEWAY_CORE,
    toUrl,
  );
  const open = await serveMeshgate(file('open.graphql'), { LOG_LEVEL: 'info' });
  const guarded = () => serveMeshgate(file('protected.graphql'), { ISSUERS: issuer.setting });
  const one = await guarded();
  const many = await guarded();

  const contestants: readonly Contestant[] = [
    contestant('stock', '`@apollo/server` + `@apollo/gateway`', stock),
    contestant('meshgate', 'no issuer configured', open),
    contestant(
      'meshgate, all on',
      'tokens, directives, limits, metrics, logs; 1 token',
      one,
      await issuer.tokens(1),
    ),
    contestant(
      'meshgate, 1,000 tokens',
      'the same with 1,000 different tokens',
      many,
      await issuer.tokens(1000),
    ),
    contestant('transport floor', 'least subgraph calls, raw bytes, no JSON', floor),
  ];
  return {
    contestants,
    async calls() {
      const [url = ''] = Object.values(subgraphs.facts);
      return Number(await (await fetch(url)).text());
    },
    async stop() {
      await Promise.all([...contestants, subgraphs].map((one) => one.stop()));
    },
  };
}

function contestant(
  name: string,
  about: string,
  served: Served<WithUrl>,
  tokens: readonly string[] = [],
): Contestant {
  return { name, about, url: served.facts.url, pid: served.pid, tokens, stop: served.stop };
}

function serveMeshgate(supergraph: string, settings: Record<string, string>) {
  return serve<WithUrl>(
    [process.execPath, `${ROOT}dist/gateway/main.js`, 'serve', '--supergraph', supergraph],
    GATEWAY_CORE,
    ({ url, msg }) => (msg === 'gateway listens' ? { url: `${url}/graphql` } : null),
    { PORT: '0', LOG_LEVEL: 'info', ...settings },
  );
}

function tsx(script: string): readonly string[] {
  return [process.execPath, '--import', 'tsx', `${ROOT}${script}`];
}

function toUrl({ url }: Record<string, unknown>): WithUrl | null {
  return typeof url === 'string' ? { url } : null;
}

function composeShop(urls: Readonly<Record<string, string>>, isProtected: boolean): string {
  const outcome = composeSupergraph(
    shopSubgraphs(isProtected).map(({ name, sdl }) => ({ name, sdl, url: urls[name] ?? '' })),
  );
  if (!outcome.ok) throw new Error(JSON.stringify(outcome.errors));
  return outcome.supergraphSdl;
}

async function makeIssuer(jwksFile: string) {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const jwk = { ...(await exportJWK(publicKey)), kid: 'bench', alg: 'ES256', use: 'sig' };
  await writeFile(jwksFile, JSON.stringify({ keys: [jwk] }));
  const sign = (subject: string) =>
    new SignJWT({ scope: BENCH_SCOPES })
      .setProtectedHeader({ alg: 'ES256', kid: 'bench' })
      .setIssuer(ISSUER)
      .setAudience(AUDIENCE)
      .setSubject(subject)
      .setIssuedAt()
      .setExpirationTime('2h')
      .sign(privateKey);
  return {
    setting: JSON.stringify([
      { issuer: ISSUER, audiences: [AUDIENCE], jwks: jwksFile, algorithms: ['ES256'] },
    ]),
    tokens: (count: number) =>
      Promise.all(Array.from({ length: count }, (_, index) => sign(`person-${index}`))),
  };
}
