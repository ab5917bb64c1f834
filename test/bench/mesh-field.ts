import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { prepareLocalKeys } from '../../gateway/cli/local/local-keys.ts';
import {
  loadDevelopmentIssuer,
  mintDevelopmentToken,
} from '../../gateway/identity/trust/development-issuer.ts';
import { findFreePorts } from '../support/free-ports.ts';
import { type Contestant, type Field, LOAD_CORE } from './field.ts';
import { serve } from './processes.ts';
import {
  allOn,
  meshgate,
  recordFloor,
  serveFloor,
  serveMeshgate,
  serveStock,
  toContestant,
  writeJson,
} from './servers.ts';
import { MESH_WORKLOADS } from './workloads.ts';

/** Longer than any run; tokens that the stock gateway and the floor send are made once. */
const TOKEN_SECONDS = 3600;
const PRODUCTS = 6;

const NOTES = [
  'mesh: Meshgate keeps what the products allow to be kept, as by default, and asks them less often for that; the stock gateway and the floor keep nothing.',
  'mesh: the products and their PostgreSQL share the core of the load and are what is measured there, unless a gateway asks them less often.',
  'mesh: the products answer a gateway only that sends tokens of its own. The stock gateway and the floor cannot make them and send some that were made before the run; Meshgate checks its caller, decides, and makes them.',
  'mesh: the stock gateway refuses a supergraph whose authorization directives are marked as security features, so for it they are not marked; it enforces none of them.',
  'mesh: every field of the question needs rights, so Meshgate runs with everything on there.',
];

/** Starts the whole mesh as `meshgate up` does, and every server that is compared over its products. */
export async function startMeshField(): Promise<Field> {
  const folder = await mkdtemp(join(tmpdir(), 'meshgate-bench-mesh-'));
  const file = (name: string) => join(folder, name);
  const ports = await findFreePorts(PRODUCTS + 1);
  const places = ['--port', String(ports), '--product-ports', String(ports + 1)];
  const mesh = await serve(
    {
      command: [...meshgate(), 'up', '--json', '--data', file('data'), ...places],
      core: LOAD_CORE,
      stopSignal: 'SIGTERM',
    },
    (line) => ('products' in line ? (line as unknown as MeshFacts) : null),
  );
  const { products, supergraph, dataFolder } = mesh.facts;
  const keys = await prepareLocalKeys(dataFolder);
  const token = await makeToken(dataFolder);
  const settings = (log: string) => ({
    ...allOn(keys.issuers, file(log)),
    SUBGRAPH_TRUST_KEY_FILE: keys.signingKeyFile,
  });

  const record = await recordFloor(
    supergraph,
    products,
    MESH_WORKLOADS,
    { ...settings('record.log'), SUBGRAPH_TOKEN_SECONDS: String(TOKEN_SECONDS) },
    [token],
  );
  const calls = Object.values(record).flatMap(({ waves }) => waves.flat());
  const sent = Object.fromEntries(calls.map((one) => [one.subgraph, one.authorization]));
  const contestants: readonly Contestant[] = [
    toContestant(
      'stock',
      '`@apollo/server` + `@apollo/gateway`, with tokens made before the run',
      await serveStock(
        await writeUnguarded(supergraph, file('unguarded.graphql')),
        await writeJson(file('tokens.json'), sent),
      ),
    ),
    toContestant(
      'meshgate, all on',
      'tokens checked and made, authorization directives, limits, metrics, a log line for each request',
      await serveMeshgate(supergraph, settings('one.log')),
      [token],
    ),
    toContestant(
      'meshgate, deduplicated',
      'the same, identical queries in flight run once',
      await serveMeshgate(supergraph, { ...settings('two.log'), DEDUPLICATE_QUERIES: 'true' }),
      [token],
    ),
    toContestant(
      'transport floor',
      'bare `node:http`: least subgraph calls, raw bytes, no JSON',
      await serveFloor(await writeJson(file('floor.json'), record)),
    ),
  ];
  return {
    workloads: MESH_WORKLOADS,
    contestants,
    notes: NOTES,
    calls: () => countCalls(Object.values(products)),
    async stop() {
      await Promise.all(contestants.map((one) => one.stop()));
      await mesh.stop();
      await rm(folder, { recursive: true });
    },
  };
}

interface MeshFacts {
  /** URLs by name. */
  readonly products: Readonly<Record<string, string>>;
  readonly supergraph: string;
  readonly dataFolder: string;
}

/** Writes the supergraph so that a gateway that does not know authorization directives takes it. */
async function writeUnguarded(supergraph: string, file: string): Promise<string> {
  const sdl = await readFile(supergraph, 'utf8');
  await writeFile(file, sdl.replaceAll(', for: SECURITY', ''));
  return file;
}

/** A token of the caller who may see all of the answer. */
async function makeToken(dataFolder: string): Promise<string> {
  const issuer = await loadDevelopmentIssuer(dataFolder);
  if (issuer === null) throw new Error(`The mesh has made no issuer in ${dataFolder}.`);
  const caller = {
    subject: 'ana.ruiz@acme.example',
    scopes: ['accounts:pii', 'segments:read'],
    claims: { regions: ['West', 'East', 'Central', 'South'] },
  };
  return mintDevelopmentToken(issuer, { ...caller, ttlSeconds: TOKEN_SECONDS }, Date.now());
}

async function countCalls(urls: readonly string[]): Promise<number> {
  let sum = 0;
  for (const url of urls) {
    const metrics = await (await fetch(url.replace(/\/graphql$/, '/metrics'))).text();
    const counts = metrics.matchAll(/^product_requests_total(?:\{[^}]*\})? (\d+)$/gm);
    for (const [, count] of counts) sum += Number(count);
  }
  return sum;
}
