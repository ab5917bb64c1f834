import { readdir } from 'node:fs/promises';
import { pathToFileURL } from 'node:url';
import {
  loadProductFolder,
  type ProductFolder,
} from '../../../shared/contract/load-product-folder.ts';
import { claimsOfRules } from '../../../shared/contract/row-rules.ts';
import { readProjectVersion } from '../../../shared/lang/read-project-version.ts';
import type { Logger } from '../../../shared/telemetry/logger.ts';
import type { GatewayConfig } from '../../config/config-schema.ts';
import type { ExampleOperation, StartPageFacts } from '../../http/edge-types.ts';
import { RowClaims } from '../../identity/trust/row-claims.ts';
import type { SupergraphSnapshot } from '../../supergraph/supergraph-snapshot.ts';
import { checkRowClaims } from './check-row-claims.ts';

/** What a gateway tells people about itself. */
export interface GatewayDescription {
  readonly startPage: (snapshot: SupergraphSnapshot) => StartPageFacts;
  readonly exampleOperations: () => readonly ExampleOperation[];
  /** Of the products whose folders are there, what their row rules look at. */
  readonly rowClaims: RowClaims;
}

/**
 * Gathers what the start page and the playground show: the subgraphs of the
 * supergraph, and what the folders of their products say of them. A folder that
 * does not fit the standards is left out and logged; the gateway serves without it.
 *
 * @throws {MeshgateError} CONFIG_INVALID when a product needs a claim that is not passed on.
 */
export async function describeGateway(
  config: GatewayConfig,
  log: Logger,
): Promise<GatewayDescription> {
  const products = await readProducts(config.PRODUCTS_FOLDER, log);
  checkRowClaims([...products.values()], config.ROW_CLAIMS);
  const version = await readProjectVersion();
  const startPage = (snapshot: SupergraphSnapshot): StartPageFacts => ({
    name: 'Meshgate',
    version,
    mode: config.MODE,
    products: snapshot.subgraphs.map(({ name, url }) => {
      const descriptor = products.get(name)?.descriptor;
      return {
        name,
        domain: descriptor?.domain ?? null,
        title: descriptor?.name ?? name,
        status: descriptor?.status ?? null,
        url,
      };
    }),
    endpoints: endpointsOf(config),
  });
  const examples = [...products.values()].flatMap(toExamples);
  const used = [...products].map(
    ([name, { rowRules }]) => [name, claimsOfRules(rowRules)] as const,
  );
  const rowClaims = new RowClaims(new Map(used));
  return { startPage, exampleOperations: () => examples, rowClaims };
}

async function readProducts(
  folder: string | null,
  log: Logger,
): Promise<ReadonlyMap<string, ProductFolder>> {
  const products = new Map<string, ProductFolder>();
  if (folder === null) return products;
  const entries = await readdir(folder, { withFileTypes: true });
  for (const entry of entries.filter((one) => one.isDirectory())) {
    const loaded = await loadProductFolder(pathToFileURL(`${folder}/${entry.name}/`));
    if (loaded.ok) products.set(loaded.product.name, loaded.product);
    else log.warn({ product: entry.name, problems: loaded.problems }, 'a product is not described');
  }
  return products;
}

function toExamples(product: ProductFolder): readonly ExampleOperation[] {
  return product.examples.map(({ title, document, variables, scopes, claims }) => ({
    product: product.name,
    title,
    query: document,
    variables,
    scopes,
    claims,
  }));
}

function endpointsOf(config: GatewayConfig): StartPageFacts['endpoints'] {
  const endpoints = [
    {
      title: 'GraphQL',
      href: '/graphql',
      description: 'The one endpoint: POST, or GET for queries.',
    },
    {
      title: 'Health',
      href: '/health/ready',
      description: 'Whether the gateway and its products answer.',
    },
    { title: 'Metrics', href: '/metrics', description: 'Counters and latencies for Prometheus.' },
    { title: 'Keys', href: '/.well-known/jwks.json', description: "The gateway's public keys." },
  ];
  const playground = {
    title: 'Playground',
    href: '/playground',
    description: 'Explore and run queries in the browser.',
  };
  return config.PLAYGROUND ? [playground, ...endpoints] : endpoints;
}
