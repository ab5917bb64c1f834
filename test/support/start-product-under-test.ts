import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import type { GraphQLFormattedError } from 'graphql';

import type { ProductDefinition } from '../../shared/kit/define-product.ts';
import { startProduct } from '../../shared/kit/start-product.ts';
import { createMeshDatabase } from './mesh-database.ts';
import { findTestServer } from './postgres.ts';
import { createTokenIssuer } from './token-issuer.ts';

/** Whom the gateway vouches for; nobody in particular where nothing is said. */
export interface TestCaller {
  readonly subject?: string;
  readonly scopes?: readonly string[];
  readonly claims?: Readonly<Record<string, unknown>>;
}

/** What a product answered, and what it asked its database on the way. */
export interface ProductAnswer<Data> {
  readonly data: Data;
  readonly errors: readonly GraphQLFormattedError[];
  /** SQL of the resolvers, in order. */
  readonly statements: readonly string[];
  /** The header `cache-control`. */
  readonly cacheControl: string | null;
}

/** A product that runs over the real data, asked as the gateway asks it. */
export interface ProductUnderTest {
  /** Connection URL of the administrator of its database, who sees every row. */
  readonly adminUrl: string;
  /** Connection URL of its runtime role. */
  readonly databaseUrl: string;
  /** One at a time where statements are looked at. */
  ask<Data>(
    caller: TestCaller,
    document: string,
    variables?: Readonly<Record<string, unknown>>,
  ): Promise<ProductAnswer<Data>>;
  /** Stops the product and removes its database. */
  stop(): Promise<void>;
}

/** Starts a product on a database of its own; whoever calls it stops it, in `afterAll`. */
export async function startProductUnderTest<Loaders>(
  name: string,
  product: ProductDefinition<Loaders>,
): Promise<ProductUnderTest> {
  const issuer = await createTokenIssuer('meshgate', 'EdDSA');
  const folder = await mkdtemp(join(tmpdir(), 'meshgate-test-product-'));
  const gatewayJwks = join(folder, 'jwks.json');
  await writeFile(gatewayJwks, JSON.stringify({ keys: [issuer.publicJwk] }));

  const database = await createMeshDatabase(await findTestServer(), [name]);
  const databaseUrl = database.urlOf(name);
  const statements: string[] = [];
  const running = await startProduct(product, {
    port: 0,
    databaseUrl,
    gatewayJwks,
    logLevel: 'silent',
    onStatement: ({ sql }) => void statements.push(sql),
  });

  const toToken = ({ subject, scopes = [], claims = {} }: TestCaller): Promise<string> => {
    const now = Math.floor(Date.now() / 1000);
    const scope = scopes.join(' ');
    const times = { iat: now, exp: now + 60 };
    return issuer.sign({ iss: 'meshgate', aud: name, sub: subject, scope, claims, ...times });
  };

  return {
    adminUrl: database.adminUrl,
    databaseUrl,
    async ask<Data>(caller: TestCaller, query: string, variables = {}) {
      statements.length = 0;
      const response = await fetch(running.url, {
        method: 'POST',
        headers: {
          authorization: `Bearer ${await toToken(caller)}`,
          'content-type': 'application/json',
        },
        body: JSON.stringify({ query, variables }),
      });
      const { data, errors = [] } = (await response.json()) as {
        data: Data;
        errors?: GraphQLFormattedError[];
      };
      const cacheControl = response.headers.get('cache-control');
      return { data, errors, statements: [...statements], cacheControl };
    },
    async stop() {
      await running.close();
      await database.drop();
      await rm(folder, { recursive: true });
    },
  };
}
