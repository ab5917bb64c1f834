import type { ServerResponse } from 'node:http';
import type { EdgeDoors } from './edge-types.ts';
import type { Exchange } from './exchange.ts';

/** What is logged and measured when the client hung up first; no client ever sees it. */
const CLIENT_GONE_STATUS = 499;

/** Where the ledger finds the exchange again when a response closes. */
const EXCHANGE = Symbol('exchange');
const LEDGER = Symbol('ledger');
type TrackedResponse = ServerResponse & { [EXCHANGE]?: Exchange; [LEDGER]?: ExchangeLedger };

/**
 * Counts the requests that are being answered, and closes the books on each:
 * tells the work that its client is gone, writes the access log, feeds the metrics.
 */
export class ExchangeLedger {
  /** Set once, when the server begins to close. */
  draining = false;
  private readonly doors: Pick<EdgeDoors, 'log' | 'observeRequest'>;
  private running = 0;
  private onIdle: (() => void) | null = null;

  constructor(doors: Pick<EdgeDoors, 'log' | 'observeRequest'>) {
    this.doors = doors;
  }

  begin(exchange: Exchange, response: TrackedResponse): void {
    this.running += 1;
    response[EXCHANGE] = exchange;
    response[LEDGER] = this;
    // One function for all responses: a closure for each would be garbage on the hottest path.
    response.once('close', endOnClose);
  }

  /** Closes the books on one exchange; a second call does nothing. */
  end(exchange: Exchange, response: ServerResponse): void {
    if (exchange.ended) return;
    exchange.ended = true;
    this.running -= 1;
    if (!response.writableFinished) exchange.leave();
    this.report(exchange, exchange.gone ? CLIENT_GONE_STATUS : response.statusCode);
    if (this.running === 0) this.onIdle?.();
  }

  /** Resolves when no request is being answered, or after `limitMs` milliseconds at the latest. */
  whenIdle(limitMs: number): Promise<void> {
    if (this.running === 0) return Promise.resolve();
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, limitMs);
      this.onIdle = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  private report(exchange: Exchange, status: number): void {
    const durationMs = performance.now() - exchange.startedAtMs;
    if (exchange.path === '/graphql') this.doors.observeRequest(status, durationMs / 1000);
    if (!this.doors.log.isLevelEnabled('info')) return;
    this.doors.log.info(
      {
        requestId: exchange.requestId,
        method: exchange.method,
        path: exchange.path,
        status,
        durationMs: Math.round(durationMs * 1000) / 1000,
      },
      status === CLIENT_GONE_STATUS ? 'client gone' : 'request answered',
    );
  }
}

function endOnClose(this: TrackedResponse): void {
  const exchange = this[EXCHANGE];
  if (exchange !== undefined) this[LEDGER]?.end(exchange, this);
}
