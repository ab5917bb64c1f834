/**
 * The stock gateway: `@apollo/server` with `@apollo/gateway`, as their
 * documentation starts them, telemetry off. A second file says which
 * `authorization` each subgraph is sent, where one demands it. Prints `{"url"}` when it listens.
 *
 * @module
 */
import { readFile } from 'node:fs/promises';
import { ApolloGateway, RemoteGraphQLDataSource } from '@apollo/gateway';
import { ApolloServer } from '@apollo/server';
import { startStandaloneServer } from '@apollo/server/standalone';

const supergraphSdl = await readFile(process.argv[2] ?? '', 'utf8');
const tokens: Readonly<Record<string, string>> | null =
  process.argv[3] === undefined ? null : JSON.parse(await readFile(process.argv[3], 'utf8'));

/** Sends a subgraph the token that was made for it. */
class TokenDataSource extends RemoteGraphQLDataSource {
  readonly #token: string;

  constructor(url: string, token: string) {
    super({ url });
    this.#token = token;
  }

  override willSendRequest({ request }: Parameters<NonNullable<WillSend>>[0]): void {
    request.http?.headers.set('authorization', this.#token);
  }
}

type WillSend = RemoteGraphQLDataSource['willSendRequest'];

const gateway =
  tokens === null
    ? new ApolloGateway({ supergraphSdl })
    : new ApolloGateway({
        supergraphSdl,
        buildService: ({ name, url = '' }) => new TokenDataSource(url, tokens[name] ?? ''),
      });
const server = new ApolloServer({ gateway });
const { url } = await startStandaloneServer(server, { listen: { port: 0, host: '127.0.0.1' } });
process.stdout.write(`${JSON.stringify({ url: `${url}graphql` })}\n`);
