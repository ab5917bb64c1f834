/**
 * Calls to subgraphs over pooled keep-alive connections.
 *
 * One pool for each subgraph; every call has a deadline and can be aborted; a
 * response is read up to a limit. Whatever happens becomes a `SubgraphAnswer`:
 * the executor never sees an exception of the transport.
 *
 * @module
 */
import { type Dispatcher, Pool } from 'undici';
import { type Lifetime, type LifetimeHeaders, readLifetime } from '../../cache/read-lifetime.ts';
import type { SubgraphLocation } from '../../supergraph/supergraph-snapshot.ts';
import { givenUp } from './given-up.ts';
import type {
  CallSubgraph,
  GivenAnswer,
  GivingUp,
  RunningCall,
  SubgraphAnswer,
  SubgraphCall,
} from './subgraph-answer.ts';
import { readAnswerBytes } from './subgraph-answer.ts';

/** Bounds of the calls to one subgraph. */
export interface SubgraphClientSettings {
  /** From sending to the last byte, in milliseconds. */
  readonly timeoutMs: number;
  /** Connections kept to one subgraph, a count. */
  readonly connections: number;
  /** Largest response body read. */
  readonly responseBytes: number;
  /** Told about each finished call. */
  readonly observe: (subgraph: string, outcome: CallOutcome, seconds: number) => void;
}

/** How a call ended, as the metrics name it; `abandoned` because the client went away. */
export type CallOutcome =
  | 'ok'
  | 'errors'
  | 'timeout'
  | 'abandoned'
  | 'unreachable'
  | 'refused'
  | 'invalid';

export interface SubgraphClient {
  readonly call: CallSubgraph;
  /** Closes the connections once the calls under way have ended. */
  close(): Promise<void>;
}

interface Destination {
  readonly pool: Pool;
  readonly path: string;
}

/** Creates a client for the subgraphs of one supergraph. */
export function createSubgraphClient(
  subgraphs: readonly SubgraphLocation[],
  settings: SubgraphClientSettings,
): SubgraphClient {
  const destinations = new Map<string, Destination>();
  for (const { name, url } of subgraphs) {
    if (!URL.canParse(url)) continue;
    const { origin, pathname, search } = new URL(url);
    const pool = new Pool(origin, {
      connections: settings.connections,
      // The deadline of a call is ours; undici's own timers are coarser.
      headersTimeout: 0,
      bodyTimeout: 0,
      connect: { timeout: settings.timeoutMs },
    });
    destinations.set(name, { pool, path: `${pathname}${search}` });
  }
  return {
    call(call) {
      const destination = destinations.get(call.subgraph);
      if (destination === undefined) return { answer: Promise.resolve(nowhere(call)), abort() {} };
      const exchange = new Exchange(call, settings);
      destination.pool.dispatch(
        {
          method: 'POST',
          path: destination.path,
          headers: { ...FIXED_HEADERS, ...call.headers },
          body: call.body,
        },
        exchange,
      );
      return exchange;
    },
    async close() {
      await Promise.all([...destinations.values()].map(({ pool }) => pool.close()));
    },
  };
}

const FIXED_HEADERS = {
  'content-type': 'application/json',
  accept: 'application/graphql-response+json, application/json;q=0.9',
};

function nowhere({ subgraph }: SubgraphCall): SubgraphAnswer {
  return {
    ok: false,
    code: 'SUBGRAPH_UNREACHABLE',
    message: `The supergraph gives no usable URL for the data product "${subgraph}".`,
  };
}

/** One request and its response, driven by undici. */
class Exchange implements RunningCall, Dispatcher.DispatchHandler {
  readonly answer: Promise<SubgraphAnswer>;
  readonly #subgraph: string;
  readonly #known: GivenAnswer | undefined;
  readonly #settings: SubgraphClientSettings;
  readonly #startedAt = performance.now();
  readonly #chunks: Buffer[] = [];
  readonly #timer: NodeJS.Timeout;
  #settle!: (answer: SubgraphAnswer) => void;
  #controller: Dispatcher.DispatchController | null = null;
  #status = 0;
  #headers: LifetimeHeaders = {};
  #lifetime: Lifetime | null = null;
  #bytes = 0;
  #ended = false;

  constructor({ subgraph, known }: SubgraphCall, settings: SubgraphClientSettings) {
    this.#subgraph = subgraph;
    this.#known = known;
    this.#settings = settings;
    this.answer = new Promise((resolve) => {
      this.#settle = resolve;
    });
    this.#timer = setTimeout(() => this.#giveUp(), settings.timeoutMs);
  }

  abort(why: GivingUp): void {
    this.#end(givenUp(this.#subgraph), why === 'late' ? 'timeout' : 'abandoned');
    this.#controller?.abort(new Error('The call was given up.'));
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller;
    if (this.#ended) controller.abort(new Error('The call has ended.'));
  }

  onResponseStart(
    _controller: Dispatcher.DispatchController,
    statusCode: number,
    headers: LifetimeHeaders,
  ): void {
    this.#status = statusCode;
    this.#headers = headers;
  }

  get lifetime(): Lifetime | undefined {
    if (this.#status !== 200) return undefined;
    this.#lifetime ??= readLifetime(this.#headers);
    return this.#lifetime;
  }

  onResponseData(controller: Dispatcher.DispatchController, chunk: Buffer): void {
    this.#bytes += chunk.length;
    if (this.#bytes <= this.#settings.responseBytes) {
      this.#chunks.push(chunk);
      return;
    }
    this.#end(
      {
        ok: false,
        code: 'SUBGRAPH_RESPONSE_TOO_LARGE',
        message: `The data product "${this.#subgraph}" answered with more than ${this.#settings.responseBytes} bytes; ask for less at once.`,
      },
      'invalid',
    );
    controller.abort(new Error('The response is too large.'));
  }

  onResponseEnd(): void {
    const answer = readAnswerBytes(this.#subgraph, this.#status, this.#chunks, this.#known);
    this.#end(answer, outcomeOf(answer));
  }

  onResponseError(_controller: Dispatcher.DispatchController | null, _error: Error): void {
    this.#end(
      {
        ok: false,
        code: 'SUBGRAPH_UNREACHABLE',
        message: `The data product "${this.#subgraph}" could not be reached; try again later.`,
      },
      'unreachable',
    );
  }

  #giveUp(): void {
    this.#end(
      {
        ok: false,
        code: 'SUBGRAPH_TIMEOUT',
        message: `The data product "${this.#subgraph}" did not answer within ${this.#settings.timeoutMs} ms; try again later.`,
      },
      'timeout',
    );
    this.#controller?.abort(new Error('The deadline has passed.'));
  }

  #end(answer: SubgraphAnswer, outcome: CallOutcome): void {
    if (this.#ended) return;
    this.#ended = true;
    clearTimeout(this.#timer);
    this.#settings.observe(this.#subgraph, outcome, (performance.now() - this.#startedAt) / 1000);
    this.#settle(answer);
  }
}

function outcomeOf(answer: SubgraphAnswer): CallOutcome {
  if (answer.ok) return answer.errors.length === 0 ? 'ok' : 'errors';
  if (answer.code === 'SUBGRAPH_REFUSED') return 'refused';
  return answer.code === 'SUBGRAPH_UNREACHABLE' ? 'unreachable' : 'invalid';
}
