import type { ClientConnection } from './edge-types.ts';
import { JSON_RESPONSE, type ResponseMediaType } from './negotiate-media-type.ts';

/** One request and its answer, as the edge keeps track of them. */
export class Exchange implements ClientConnection {
  readonly requestId: string;
  readonly method: string;
  /** Path without the query string, which may hold what no log should. */
  readonly path: string;
  readonly startedAtMs: number;
  mediaType: ResponseMediaType = JSON_RESPONSE;
  /** Set on cross-origin requests that may be answered; it goes into `access-control-allow-origin`. */
  allowedOrigin: string | null = null;
  /** What the answer depends on besides the address; null says nothing of it. */
  vary: string | null = null;
  /** What the answerer wants in the log line; null for nothing. */
  facts: Readonly<Record<string, unknown>> | null = null;
  /** What the caller brought, in the form of an `authorization` header; null for nothing. */
  authorization: string | null = null;
  gone = false;
  private goneListener: (() => void) | null = null;

  constructor(requestId: string, method: string, url: string) {
    const queryStart = url.indexOf('?');
    this.requestId = requestId;
    this.method = method;
    this.path = queryStart < 0 ? url : url.slice(0, queryStart);
    this.startedAtMs = performance.now();
  }

  get onGone(): (() => void) | null {
    return this.goneListener;
  }

  set onGone(listener: (() => void) | null) {
    this.goneListener = listener;
    if (this.gone) listener?.();
  }

  /** Notes that the client hung up before its answer was sent. */
  leave(): void {
    this.gone = true;
    this.goneListener?.();
  }
}
