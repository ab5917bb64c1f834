/**
 * What the edge speaks with the rest of the gateway.
 *
 * `http/` knows bytes, headers and addresses; what a query means is known
 * behind these functions, which the composition root supplies.
 *
 * @module
 */

/** The parameters of a GraphQL over HTTP request; their types are checked, their meaning is not. */
export interface GraphqlParameters {
  /** Null only where an identifier stands for it. */
  readonly query: string | null;
  /** 1 to 512 characters; a SHA-256 has no prefix. */
  readonly documentId: string | null;
  readonly operationName: string | null;
  readonly variables: Readonly<Record<string, unknown>> | null;
  readonly extensions: Readonly<Record<string, unknown>> | null;
}

/** The line to the client while its answer is being made. */
export interface ClientConnection {
  /** Whether the client hung up before its answer was sent. */
  readonly gone: boolean;
  /** Called once, when the client hangs up, or at once when it has; whoever does the work sets it. */
  onGone: (() => void) | null;
}

/** One well-formed request that came through every check of the edge. */
export interface EdgeRequest {
  readonly parameters: GraphqlParameters;
  /** A mutation by GET is refused by the answerer with `METHOD_NOT_ALLOWED` and the header `allow: POST`. */
  readonly method: 'GET' | 'POST';
  /** The `authorization` header as it came, or the token of a cookie in its form; null when there is none. */
  readonly authorization: string | null;
  /** Of the client, or of the nearest machine on the way to it that is not a trusted proxy. */
  readonly address: string;
  /** Another header, by its lower-case name. */
  readonly header: (name: string) => string | undefined;
  /** 1 to 128 characters out of `A-Z a-z 0-9 . _ -`; the answer carries it too. */
  readonly requestId: string;
  readonly client: ClientConnection;
}

/** A GraphQL response, already serialised. */
export interface EdgeAnswer {
  /** HTTP status for clients that accept `application/graphql-response+json`. */
  readonly status: number;
  /** HTTP status for clients that accept `application/json` only: 200 for GraphQL request errors. */
  readonly jsonStatus: number;
  readonly body: string | Uint8Array;
  /** Digest of the body, of which the edge makes an `ETag`; absent where clients keep nothing. */
  readonly bodyDigest?: string | undefined;
  /** Of an answer that was kept: seconds since it was made, which become `Age`. */
  readonly ageSeconds?: number | undefined;
  /** Lower-case names; `cache-control` here replaces the edge's `no-store`. */
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /** What the log line of this request says besides; nothing of the caller's values. */
  readonly facts?: Readonly<Record<string, unknown>> | undefined;
}

/** Answers one request. What it throws becomes an error body: a `MeshgateError` as itself, all else masked. */
export type AnswerGraphql = (request: EdgeRequest) => EdgeAnswer | Promise<EdgeAnswer>;

/**
 * Forgets kept answers.
 *
 * @param authorization The `authorization` header as it came.
 * @param body The body as text.
 * @returns How many, a count. What it throws becomes an error body.
 */
export type InvalidateCache = (authorization: string | null, body: string) => number;

/** How a data product answered when it was last asked for its health. */
export interface ProductReadiness {
  readonly name: string;
  readonly state: 'up' | 'down' | 'unknown';
  /** Why it is not `up`, for people who run the mesh. */
  readonly detail?: string;
}

/** Whether this gateway should be sent requests, and why. */
export interface ReadinessReport {
  readonly ready: boolean;
  /** Version of the supergraph in use, null before the first is loaded. */
  readonly supergraph: string | null;
  /** When that came into use, as RFC 3339 writes it. */
  readonly supergraphSince?: string;
  readonly products: readonly ProductReadiness[];
}

/** A data product as the start page shows it. */
export interface StartPageProduct {
  readonly name: string;
  readonly domain: string | null;
  readonly title: string;
  /** Life-cycle status of the descriptor, such as `active`; null when nothing is declared. */
  readonly status: string | null;
  readonly url: string;
}

/** What the start page says; none of it is secret. */
export interface StartPageFacts {
  readonly name: string;
  readonly version: string;
  readonly mode: string;
  readonly products: readonly StartPageProduct[];
  /** Links, in the order shown; `href` is a path on this server or an absolute URL. */
  readonly endpoints: readonly {
    readonly title: string;
    readonly href: string;
    readonly description: string;
  }[];
}

/** An operation a product ships as an example; the playground opens it in a tab. */
export interface ExampleOperation {
  readonly product: string;
  readonly title: string;
  readonly query: string;
  readonly variables: Readonly<Record<string, unknown>> | null;
  /** Scopes a token needs so that no field is withheld. */
  readonly scopes: readonly string[];
  /** Row claims a token needs, such as `{ regions: ['West'] }`. */
  readonly claims: Readonly<Record<string, readonly string[]>>;
}

/** The part of a structured logger that the edge uses; pino's loggers fit. */
export interface EdgeLog {
  isLevelEnabled(level: string): boolean;
  info(facts: object, message: string): void;
  warn(facts: object, message: string): void;
  error(facts: object, message: string): void;
}

/** The functions behind the edge. */
export interface EdgeDoors {
  readonly answerGraphql: AnswerGraphql;
  /** Null does not serve it. */
  readonly invalidateCache: InvalidateCache | null;
  readonly ready: () => Promise<ReadinessReport>;
  /** The metrics in the text form of Prometheus. */
  readonly metrics: () => Promise<{ readonly contentType: string; readonly body: string }>;
  /** The gateway's own public keys (RFC 7517 section 5). */
  readonly jwks: () => object;
  /** Told once for each request to `/graphql`, when its answer has left or its client is gone (status 499). */
  readonly observeRequest: (status: number, seconds: number) => void;
  readonly log: EdgeLog;
  readonly startPage: () => StartPageFacts;
  readonly exampleOperations: () => readonly ExampleOperation[];
}

/** The edge's part of the configuration. */
export interface EdgeSettings {
  readonly host: string;
  /** 0 takes a free port. */
  readonly port: number;
  /** Largest request body, in bytes; a longer one is `REQUEST_TOO_LARGE`. */
  readonly bodyBytes: number;
  /** Longest path and query string, in bytes; a longer one is `URL_TOO_LONG`. */
  readonly urlBytes: number;
  /** Request line and headers together, in bytes; more is `HEADERS_TOO_LARGE`. */
  readonly headerBytes: number;
  /** Time to receive one whole request, in milliseconds; a slower client gets `REQUEST_TIMEOUT`. */
  readonly requestTimeoutMs: number;
  /** How long a connection may stay open between two requests, in milliseconds. */
  readonly keepAliveTimeoutMs: number;
  /** Cookie that may hold the token; null looks at none. */
  readonly tokenCookie: string | null;
  /** Other headers of a request that its answer depends on, by their lower-case names. */
  readonly varyHeaders: readonly string[];
  /** Origins whose pages may call `/graphql`, such as `https://app.example`. */
  readonly corsOrigins: readonly string[];
  /** Whether clients come over TLS, so that browsers may be told to insist on it (RFC 6797). */
  readonly strictTransportSecurity: boolean;
  /** Addresses and ranges of the proxies whose `x-forwarded-for` names the client; with none, nobody's. */
  readonly trustProxy: readonly string[];
  readonly playground: boolean;
  /** Folder of the built portal; null serves no page but the start page. */
  readonly portalFolder: string | null;
}
