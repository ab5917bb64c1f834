import type { ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { EdgeDoors } from './edge-types.ts';
import type { Exchange } from './exchange.ts';

/** What is logged and measured when the client hung up first; no client ever sees it. */
const CLIENT_GONE_STATUS = 499;

/** Where the ledger finds an exchange again when its response is sent or its connection closes. */
const EXCHANGE = Symbol('exchange');
const OPEN_EXCHANGES = Symbol('open exchanges');
type TrackedResponse = ServerResponse & { [EXCHANGE]?: Exchange };
type TrackedSocket = Socket & { [OPEN_EXCHANGES]?: Set<Exchange> };

/**
 * Counts the requests that are being answered, and closes the books on each:
 * tells the work that its client is gone, writes the access log, feeds the metrics.
 */
export interface ExchangeLedger {
  /** Whether the server has begun to close. */
  isDraining(): boolean;
  /** Opens the books on one exchange; they close when its answer is sent or its connection ends. */
  begin(exchange: Exchange, response: ServerResponse): void;
  /** Begins to drain; resolves when no request is being answered, or after `limitMs` milliseconds at the latest. */
  drain(limitMs: number): Promise<void>;
}

export function createExchangeLedger(
  doors: Pick<EdgeDoors, 'log' | 'observeRequest'>,
): ExchangeLedger {
  let running = 0;
  let draining = false;
  let onIdle: (() => void) | null = null;

  const end = (exchange: Exchange, status: number): void => {
    running -= 1;
    report(exchange, status, doors);
    if (running === 0) onIdle?.();
  };

  // One function for all responses and one for all sockets: closures for each
  // request would be garbage on the hottest path.
  function endWhenSent(this: TrackedResponse): void {
    const exchange = this[EXCHANGE];
    const socket: TrackedSocket = this.req.socket;
    if (exchange !== undefined && socket[OPEN_EXCHANGES]?.delete(exchange) === true) {
      end(exchange, this.statusCode);
    }
  }
  // Responses that wait behind another one on a connection never hear of its end, so the socket is asked.
  function endWhenGone(this: TrackedSocket): void {
    for (const exchange of this[OPEN_EXCHANGES] ?? []) {
      exchange.leave();
      end(exchange, CLIENT_GONE_STATUS);
    }
    this[OPEN_EXCHANGES]?.clear();
  }

  return {
    isDraining: () => draining,
    begin(exchange, response: TrackedResponse) {
      const socket: TrackedSocket = response.req.socket;
      let open = socket[OPEN_EXCHANGES];
      if (open === undefined) {
        open = new Set();
        socket[OPEN_EXCHANGES] = open;
        socket.once('close', endWhenGone);
      }
      running += 1;
      open.add(exchange);
      response[EXCHANGE] = exchange;
      response.once('finish', endWhenSent);
    },
    drain(limitMs) {
      draining = true;
      if (running === 0) return Promise.resolve();
      return new Promise((resolve) => {
        const timer = setTimeout(resolve, limitMs);
        onIdle = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    },
  };
}

function report(
  exchange: Exchange,
  status: number,
  { log, observeRequest }: Pick<EdgeDoors, 'log' | 'observeRequest'>,
): void {
  const durationMs = performance.now() - exchange.startedAtMs;
  if (exchange.path === '/graphql') observeRequest(status, durationMs / 1000);
  if (!log.isLevelEnabled('info')) return;
  log.info(
    {
      requestId: exchange.requestId,
      method: exchange.method,
      path: exchange.path,
      status,
      durationMs: Math.round(durationMs * 1000) / 1000,
      ...exchange.facts,
    },
    status === CLIENT_GONE_STATUS ? 'client gone' : 'request answered',
  );
}
