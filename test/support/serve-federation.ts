/**
 * A real gateway over real HTTP: subgraphs on ports of their own, a supergraph
 * file, an issuer whose keys are in a file.
 *
 * @module
 */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { serveGateway } from '../../gateway/wiring/process/serve-gateway.ts';
import type { FixtureSubgraph } from './federation-fixture.ts';
import { PLANNING_THREAD } from './planning-thread-entry.ts';
import { serveSubgraphs } from './serve-subgraphs.ts';
import { createTokenIssuer } from './token-issuer.ts';

/** A GraphQL response as a client reads it. */
export interface AnswerBody {
  readonly data?: unknown;
  readonly errors?: readonly {
    readonly message: string;
    readonly path?: readonly (string | number)[];
    readonly extensions: { readonly code: string };
  }[];
}

const AUDIENCE = 'meshgate';

/** Serves subgraphs and a gateway over them until the test ends. */
export async function serveFederation(
  subgraphs: readonly FixtureSubgraph[],
  settings: Readonly<Record<string, string>> = {},
) {
  const { supergraphSdl, received, replace } = await serveSubgraphs(subgraphs);
  const folder = await mkdtemp(join(tmpdir(), 'meshgate-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const issuer = await createTokenIssuer();
  const file = (name: string) => join(folder, name);
  await writeFile(file('supergraph.graphql'), supergraphSdl);
  await writeFile(file('jwks.json'), JSON.stringify({ keys: [issuer.publicJwk] }));

  const env = {
    SUPERGRAPH_FILE: file('supergraph.graphql'),
    PORT: '0',
    LOG_LEVEL: 'silent',
    ISSUERS: JSON.stringify([
      {
        issuer: issuer.issuer,
        audiences: [AUDIENCE],
        jwks: file('jwks.json'),
        algorithms: ['ES256'],
      },
    ]),
    ...settings,
  };
  const gateway = await serveOne(env);

  return {
    ...gateway,
    /** Serves another gateway over the same subgraphs. */
    serveAnother: (others: Readonly<Record<string, string>> = {}) =>
      serveOne({ ...env, ...others }),
    /** That the gateway serves, and watches. */
    supergraphFile: file('supergraph.graphql'),
    received,
    issuer,
    /** Makes a subgraph behave otherwise from now on. */
    replace,
    token: (claims: object = {}) => {
      const now = Math.floor(Date.now() / 1000);
      const fixed = { iss: issuer.issuer, aud: AUDIENCE, sub: 'ada', iat: now, exp: now + 300 };
      return issuer.sign({ ...fixed, ...claims });
    },
  };
}

/** Serves one gateway until the test ends. */
async function serveOne(env: Readonly<Record<string, string>>) {
  const gateway = await serveGateway(env, null, PLANNING_THREAD);
  let closing: Promise<void> | null = null;
  const close = () => {
    closing ??= gateway.close();
    return closing;
  };
  onTestFinished(close);
  return {
    url: gateway.url,
    /** Before the test ends, for what happens then. */
    close,
    async post(body: unknown, headers: Readonly<Record<string, string>> = {}) {
      const response = await fetch(`${gateway.url}/graphql`, {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          accept: 'application/graphql-response+json',
          ...headers,
        },
        body: typeof body === 'string' ? body : JSON.stringify(body),
      });
      const answer = (await response.json()) as AnswerBody;
      return { status: response.status, headers: response.headers, body: answer };
    },
    /** Value of one series in `/metrics`. */
    async metric(series: string): Promise<number> {
      const lines = (await (await fetch(`${gateway.url}/metrics`)).text()).split('\n');
      const line = lines.find((one) => one.startsWith(`${series} `)) ?? '';
      return Number(line.slice(series.length));
    },
  };
}
