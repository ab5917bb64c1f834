import { request } from 'node:http';

export interface SentRequest {
  readonly method?: string;
  readonly path?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
}

export interface ReceivedResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: string;
}

/** Sends exactly the headers given, which `fetch` would add to or refuse. */
export function sendRequest(url: string, sent: SentRequest = {}): Promise<ReceivedResponse> {
  const { method = 'GET', path = '/', headers = {}, body } = sent;
  return new Promise((resolve, reject) => {
    const outgoing = request(new URL(path, url), { method, headers, agent: false }, (incoming) => {
      const chunks: Buffer[] = [];
      incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
      incoming.on('end', () =>
        resolve({
          status: incoming.statusCode ?? 0,
          headers: incoming.headers,
          body: Buffer.concat(chunks).toString('utf8'),
        }),
      );
      incoming.on('error', reject);
    });
    outgoing.on('error', reject);
    outgoing.end(body);
  });
}

/** A POST to `/graphql` with a JSON body, as a plain GraphQL client sends it. */
export function postGraphql(
  url: string,
  parameters: unknown,
  headers: Readonly<Record<string, string>> = {},
): Promise<ReceivedResponse> {
  return sendRequest(url, {
    method: 'POST',
    path: '/graphql',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(parameters),
  });
}

/** Code and message of the first error in a GraphQL response. */
export function readError({ body }: ReceivedResponse): { code: unknown; message: string } {
  const { errors } = JSON.parse(body) as {
    errors: { message: string; extensions?: { code?: unknown } }[];
  };
  return { code: errors[0]?.extensions?.code, message: errors[0]?.message ?? '' };
}
