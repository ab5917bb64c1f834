import { generateKeyPairSync } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { exportJWK, SignJWT } from 'jose';
import { composeSupergraph } from '../../gateway/control/composition/compose-supergraph.ts';
import { checkAllOn } from './check-all-on.ts';
import { type Contestant, type Field, LOAD_CORE } from './field.ts';
import { type Served, serve } from './processes.ts';
import {
  ALL_OFF,
  allOn,
  recordFloor,
  script,
  serveFloor,
  serveMeshgate,
  serveStock,
  toContestant,
  writeJson,
} from './servers.ts';
import { SHOP_SCOPES, shopSubgraphs } from './shop-data.ts';
import { SHOP_WORKLOADS } from './workloads.ts';

const ISSUER = 'http://127.0.0.1/bench';
const AUDIENCE = 'bench';

/** The subgraphs of the shop, and a supergraph file without and one with authorization directives. */
export interface Shop {
  readonly folder: string;
  readonly subgraphs: Served<Readonly<Record<string, string>>>;
  readonly openFile: string;
  readonly protectedFile: string;
  /** GraphQL calls that reached the subgraphs so far. */
  calls(): Promise<number>;
  stop(): Promise<void>;
}

/**
 * Starts subgraphs that answer from memory.
 *
 * @param lifetimeSeconds For how long they allow answers to be kept; without, they say nothing about it.
 */
export async function startShop(...lifetimeSeconds: readonly number[]): Promise<Shop> {
  const folder = await mkdtemp(join(tmpdir(), 'meshgate-bench-'));
  const subgraphs = await serve(
    { command: script('serve-subgraphs.ts', ...lifetimeSeconds.map(String)), core: LOAD_CORE },
    ({ urls }) => (urls as Record<string, string>) ?? null,
  );
  const [openFile, protectedFile] = [join(folder, 'open.graphql'), join(folder, 'guarded.graphql')];
  await writeFile(openFile, composeShop(subgraphs.facts, false));
  await writeFile(protectedFile, composeShop(subgraphs.facts, true));
  return {
    folder,
    subgraphs,
    openFile,
    protectedFile,
    async calls() {
      const [url = ''] = Object.values(subgraphs.facts);
      return Number(await (await fetch(url)).text());
    },
    async stop() {
      await subgraphs.stop();
      await rm(folder, { recursive: true });
    },
  };
}

/** Starts the shop and every server that is compared over it. */
export async function startShopField(): Promise<Field> {
  const shop = await startShop();
  const { openFile, protectedFile, subgraphs } = shop;
  const file = (name: string) => join(shop.folder, name);
  const record = await recordFloor(openFile, subgraphs.facts, SHOP_WORKLOADS, ALL_OFF);
  const issuer = await makeIssuer(file('jwks.json'));
  const guarded = (log: string) => serveMeshgate(protectedFile, allOn(issuer.setting, file(log)));

  const contestants: readonly Contestant[] = [
    toContestant('stock', '`@apollo/server` + `@apollo/gateway`', await serveStock(openFile)),
    toContestant(
      'meshgate',
      'no issuer configured, no log lines',
      await serveMeshgate(openFile, ALL_OFF),
    ),
    toContestant(
      'meshgate, nothing remembered',
      'the same, and every answer is put together anew, as if the products never said the same twice',
      await serveMeshgate(openFile, { ...ALL_OFF, ANSWER_MEMORY_BYTES: '0' }),
    ),
    toContestant(
      'meshgate, deduplicated',
      'the same, identical queries in flight run once',
      await serveMeshgate(openFile, { ...ALL_OFF, DEDUPLICATE_QUERIES: 'true' }),
    ),
    toContestant(
      'meshgate, all on',
      'tokens checked, authorization directives, limits, metrics, a log line for each request; 1 token',
      await guarded('one.log'),
      await issuer.tokens(1),
    ),
    toContestant(
      'meshgate, all on but directives',
      'the same over a supergraph without directives: what deciding costs',
      await serveMeshgate(openFile, allOn(issuer.setting, file('open.log'))),
      await issuer.tokens(1),
    ),
    toContestant(
      'meshgate, 1,000 tokens',
      'all on, requests with 1,000 different tokens in turn',
      await guarded('many.log'),
      await issuer.tokens(1000),
    ),
    toContestant(
      'transport floor',
      'bare `node:http`: least subgraph calls, raw bytes, no JSON',
      await serveFloor(await writeJson(file('floor.json'), record)),
    ),
  ];
  const one = contestants.find(({ name }) => name === 'meshgate, all on');
  if (one !== undefined) await checkAllOn(one, SHOP_WORKLOADS, file('one.log'));
  return {
    workloads: SHOP_WORKLOADS,
    contestants,
    notes: [],
    calls: shop.calls,
    async stop() {
      await Promise.all(contestants.map((each) => each.stop()));
      await shop.stop();
    },
  };
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
  await writeJson(jwksFile, { keys: [jwk] });
  const sign = (subject: string) =>
    new SignJWT({ scope: SHOP_SCOPES })
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
