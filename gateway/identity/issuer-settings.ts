/** One issuer whose tokens are accepted. */
export interface IssuerSettings {
  /** Compared with `iss`, character by character. */
  readonly issuer: string;
  /** `aud` of a token must name one of these. */
  readonly audiences: readonly string[];
  /** An http(s) URL, otherwise the path of a JWKS file. */
  readonly jwks: string;
  /** JWS algorithms accepted (RFC 7518, 3.1); asymmetric ones only. */
  readonly algorithms: readonly string[];
  /** Claim that holds the scopes, a string separated by spaces or a list. */
  readonly scopeClaim: string;
  /** How far the issuer's clock may be off, either way. */
  readonly clockToleranceSeconds: number;
}
