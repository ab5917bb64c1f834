import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { ask, bodyOf } from './field.ts';
import type { Workload } from './workloads.ts';

/** One call to a subgraph, as it has to be sent again. */
export interface RecordedCall {
  readonly subgraph: string;
  readonly url: string;
  readonly body: string;
  /** The gateway's token for this subgraph; null where it sends none. */
  readonly authorization: string | null;
}

/** By request body: waves of calls, each sent when the one before has ended, and the answer. */
export type FloorRecord = Readonly<
  Record<string, { readonly waves: readonly (readonly RecordedCall[])[]; readonly answer: string }>
>;

/** Stands between a gateway and its subgraphs and notes what is asked. */
export interface CallRecorder {
  /** Where the gateway finds the subgraphs: its setting `SUBGRAPH_URLS`. */
  readonly urls: Readonly<Record<string, string>>;
  record(
    gateway: { readonly url: string; readonly tokens: readonly string[] },
    workloads: readonly Workload[],
  ): Promise<FloorRecord>;
  stop(): void;
}

/**
 * Starts a recorder.
 *
 * A call belongs to the wave after the last call that had ended when it started.
 * Of the calls of one wave to one subgraph only the largest is kept: a perfect
 * gateway would ask them as one.
 *
 * @param subgraphs URLs by name.
 */
export async function startCallRecorder(
  subgraphs: Readonly<Record<string, string>>,
): Promise<CallRecorder> {
  let waves: Map<string, RecordedCall>[] = [];
  let ended = 0;

  const pass = async (subgraph: string, url: string, request: IncomingMessage): Promise<string> => {
    const wave = ended;
    const body = await readBody(request);
    const { authorization = null } = request.headers;
    const calls = waves[wave] ?? new Map<string, RecordedCall>();
    waves[wave] = calls;
    if (body.length > (calls.get(subgraph)?.body.length ?? 0)) {
      calls.set(subgraph, { subgraph, url, body, authorization });
    }
    const response = await fetch(url, { method: 'POST', headers: toHeaders(authorization), body });
    const text = await response.text();
    ended = Math.max(ended, wave + 1);
    return text;
  };

  const servers: Server[] = [];
  const urls: Record<string, string> = {};
  for (const [name, url] of Object.entries(subgraphs)) {
    const server = createServer((request, response) => {
      response.setHeader('content-type', 'application/json');
      void pass(name, url, request).then((text) => response.end(text));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    servers.push(server);
    urls[name] = `http://127.0.0.1:${(server.address() as AddressInfo).port}/graphql`;
  }

  return {
    urls,
    async record(gateway, workloads) {
      const record: Record<string, FloorRecord[string]> = {};
      for (const workload of workloads) {
        waves = [];
        ended = 0;
        const { data, errors } = await ask(gateway, workload);
        if (errors !== undefined) throw new Error(`${workload.name}: ${JSON.stringify(errors)}`);
        record[bodyOf(workload)] = {
          waves: waves.map((calls) => [...calls.values()]),
          answer: JSON.stringify({ data }),
        };
      }
      return record;
    },
    stop() {
      for (const server of servers) {
        server.close();
        server.closeAllConnections();
      }
    },
  };
}

/** Headers of a call to a subgraph. */
function toHeaders(authorization: string | null): Record<string, string> {
  const type = { 'content-type': 'application/json' };
  return authorization === null ? type : { ...type, authorization };
}

async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}
