/** What a running product is told; `start-product.ts` fills in the defaults. */
export interface ProductSettings {
  /** Address to listen on. Default 127.0.0.1. */
  readonly host?: string;
  /** TCP port, 0 for any free one. */
  readonly port: number;
  /** PostgreSQL, as the product's runtime role. */
  readonly databaseUrl: string;
  /** Where the gateway's public keys are: an http(s) URL or a file path. */
  readonly gatewayJwks: string;
  /** Expected `iss` of the gateway's tokens. Default "meshgate". */
  readonly gatewayIssuer?: string;
}

/** A product that listens. */
export interface RunningProduct {
  readonly name: string;
  /** The GraphQL endpoint, e.g. `http://127.0.0.1:4103/graphql`. */
  readonly url: string;
  readonly port: number;
  /** Takes no new requests, lets running ones finish within the limit, closes the pool. */
  close(): Promise<void>;
}
