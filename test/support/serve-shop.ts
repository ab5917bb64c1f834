/**
 * A gateway over two products whose answers, headers included, a test makes from what it is asked and
 * what it is told of the caller. Counts the calls.
 *
 * @module
 */
import { randomUUID } from 'node:crypto';
import type { IncomingHttpHeaders, RequestListener } from 'node:http';
import { onTestFinished } from 'vitest';
import { loadOrCreateSigningKey } from '../../gateway/identity/trust/signing-key.ts';
import type { FixtureSubgraph } from './federation-fixture.ts';
import { serveFederation } from './serve-federation.ts';
import { writeFolder } from './write-folder.ts';

const LINK = `extend schema @link(
  url: "https://specs.apollo.dev/federation/v2.12", import: ["@key", "@requiresScopes", "@cacheTag"]
)`;

const SHOP: readonly FixtureSubgraph[] = [
  {
    name: 'goods',
    sdl: `${LINK}
      type Query {
        good(id: ID): Good @cacheTag(format: "good-{$args.id}")
        goods(ids: [ID!]!): [Good]
        margin: Int @requiresScopes(scopes: [["margin"]])
        mine: String
      }
      type Mutation { rename(id: ID, to: String): String }
      type Good @key(fields: "id") { id: ID! name: String }
    `,
    resolvers: {},
  },
  {
    name: 'stock',
    sdl: `${LINK}
      type Query { pieces: Int }
      type Mutation { count(pieces: Int): Int }
      type Good @key(fields: "id") @cacheTag(format: "stock-{$key.id}") { id: ID! pieces: Int }
    `,
    resolvers: {},
  },
];

/** What a product hears of one call. */
export interface ShopCall {
  readonly product: string;
  readonly query: string;
  readonly variables: Readonly<Record<string, unknown>>;
  readonly headers: IncomingHttpHeaders;
  /** Of the gateway's token; empty when there is none. */
  readonly token: {
    readonly sub?: string;
    readonly scope?: string;
    readonly claims?: Readonly<Record<string, readonly string[]>>;
  };
}

/** What it answers. */
export interface ShopAnswer {
  readonly data: unknown;
  readonly errors?: readonly object[];
  readonly headers?: Readonly<Record<string, string>>;
  readonly status?: number;
}

export type AnswerCall = (call: ShopCall) => ShopAnswer | Promise<ShopAnswer>;

/** Serves the shop and a gateway over it until the test ends. */
export async function serveShop(
  answer: AnswerCall,
  settings: Readonly<Record<string, string>> = {},
) {
  const folder = await writeFolder();
  onTestFinished(() => folder.remove());
  const trustKey = `${folder.path}/${randomUUID()}.json`;
  await loadOrCreateSigningKey(trustKey);
  const calls: ShopCall[] = [];
  const listen =
    (product: string): RequestListener =>
    async (request, response) => {
      const chunks: Buffer[] = [];
      for await (const chunk of request) chunks.push(chunk as Buffer);
      const { query, variables = {} } = JSON.parse(Buffer.concat(chunks).toString());
      const { headers } = request;
      const call = { product, query, variables, headers, token: readToken(headers) };
      calls.push(call);
      const { status = 200, headers: own = {}, ...body } = await answer(call);
      response.writeHead(status, { 'content-type': 'application/json', ...own });
      response.end(JSON.stringify(body));
    };
  const gateway = await serveFederation(SHOP, {
    SUBGRAPH_TRUST_KEY_FILE: trustKey,
    ROW_CLAIMS: 'regions',
    FORWARD_HEADERS: 'x-tenant',
    // What is asked of products is counted for each layer by itself.
    ENTITY_CACHE_BYTES: '0',
    ...settings,
  });
  for (const { name } of SHOP) gateway.replace(name, listen(name));
  return {
    ...gateway,
    calls,
    /** Headers of a caller with these claims. */
    caller: async (claims: object = {}) => ({
      authorization: `Bearer ${await gateway.token(claims)}`,
    }),
  };
}

function readToken({ authorization }: IncomingHttpHeaders): ShopCall['token'] {
  const payload = authorization?.split('.')[1];
  return payload === undefined
    ? {}
    : JSON.parse(Buffer.from(payload, 'base64url').toString('utf8'));
}
