import type { RemoteGraphQLDataSource } from '@apollo/gateway';
import { Agent, type Dispatcher } from 'undici';

/** What a `RemoteGraphQLDataSource` calls its subgraph with. */
export type Fetcher = RemoteGraphQLDataSource['fetcher'];

type FetcherResponse = Awaited<ReturnType<Fetcher>>;

/** Connections kept to one origin, a count. */
const CONNECTIONS = 256;

/**
 * Creates a fetcher over pooled keep-alive connections, several times as fast as the one that
 * `RemoteGraphQLDataSource` has of its own. One is enough for all data sources of a process.
 *
 * It does just what a call to a subgraph needs: it follows no redirect, uses no proxy of the
 * environment and asks for no compression. As before, a call has no deadline.
 */
export function createPooledFetcher(): Fetcher {
  const agent = new Agent({ connections: CONNECTIONS, headersTimeout: 0, bodyTimeout: 0 });
  return async (url, init = {}) => {
    const { origin, pathname, search } = new URL(url);
    try {
      const response = await agent.request({
        origin,
        path: `${pathname}${search}`,
        method: (init.method ?? 'GET') as Dispatcher.HttpMethod,
        headers: { accept: '*/*', ...init.headers },
        ...(init.body === undefined ? {} : { body: init.body }),
        ...(init.signal === undefined ? {} : { signal: init.signal }),
      });
      return new PooledResponse(url, response);
    } catch (cause) {
      throw new Error(`request to ${url} failed, reason: ${(cause as Error).message}`, { cause });
    }
  };
}

/** A response as data sources read it; its body is read once. */
class PooledResponse implements FetcherResponse {
  readonly url: string;
  readonly redirected = false;
  readonly status: number;
  readonly statusText: string;
  readonly headers = new Headers();
  readonly #body: Dispatcher.ResponseData['body'];

  constructor(url: string, { statusCode, statusText, headers, body }: Dispatcher.ResponseData) {
    this.url = url;
    this.status = statusCode;
    this.statusText = statusText;
    this.#body = body;
    for (const [name, value] of Object.entries(headers)) {
      for (const one of [value ?? []].flat()) this.headers.append(name, one);
    }
  }

  get ok(): boolean {
    return this.status >= 200 && this.status < 300;
  }

  get bodyUsed(): boolean {
    return this.#body.bodyUsed;
  }

  arrayBuffer(): Promise<ArrayBuffer> {
    return this.#body.arrayBuffer();
  }

  text(): Promise<string> {
    return this.#body.text();
  }

  json(): Promise<unknown> {
    return this.#body.json();
  }

  clone(): FetcherResponse {
    throw new Error('A response of the pooled fetcher is read once; expected no call of clone().');
  }
}
