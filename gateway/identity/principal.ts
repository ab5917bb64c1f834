/**
 * Who asks: the one thing this room makes, and all that later rooms may know of a caller.
 *
 * @module
 */
import { createHash } from 'node:crypto';

/** A person who uses an application, or a program that acts in its own name. */
export type CallerKind = 'user' | 'machine';

/** A caller after its credentials were checked. Never changes; one is shared by all requests of a token. */
export interface Principal {
  /** False for `ANONYMOUS` only. */
  readonly authenticated: boolean;
  /** Null for an anonymous caller. */
  readonly kind: CallerKind | null;
  /** `iss` of the caller's token, `API_KEY_ISSUER` for an API key; null for an anonymous caller. */
  readonly issuer: string | null;
  /** `sub` of the caller's token, unique within its issuer; the id of an API key; null for an anonymous caller. */
  readonly subject: string | null;
  /** `client_id` or `azp` of the caller's token: the application; null when its issuer does not say. */
  readonly client: string | null;
  /** Those of the token and those that the caller's roles stand for. */
  readonly scopes: ReadonlySet<string>;
  readonly roles: ReadonlySet<string>;
  /** Domain of the organisation the caller belongs to; null when its issuer does not say. */
  readonly domain: string | null;
  /** What the caller may use data for, as its issuer vouches; empty when it does not say. */
  readonly purposes: ReadonlySet<string>;
  /** The configured row claims that the token carries, each as a sorted list without repetition. */
  readonly claims: Readonly<Record<string, readonly string[]>>;
  /**
   * Equal for two principals exactly when all of the above are equal, in this process and in any
   * other; fit for cache keys. It is a digest and tells nothing about the caller.
   */
  readonly fingerprint: string;
  /** Epoch seconds from which the caller's token is refused; infinite for an anonymous caller. */
  readonly expiresAt: number;
}

/** The parts of a known caller, before they are put in order. */
export interface PrincipalFacts {
  readonly kind: CallerKind;
  readonly issuer: string;
  readonly subject: string;
  /** Absent like null. */
  readonly client?: string | null;
  readonly scopes: readonly string[];
  readonly roles: readonly string[];
  readonly domain: string | null;
  readonly purposes: readonly string[];
  readonly claims: readonly (readonly [name: string, values: readonly string[]])[];
  /** Epoch seconds. */
  readonly expiresAt: number;
}

/** `iss` of callers with an API key; no issuer of tokens can be configured with this name. */
export const API_KEY_ISSUER = 'urn:meshgate:api-key';

/** The caller who sent no credentials. */
export const ANONYMOUS: Principal = Object.freeze({
  authenticated: false,
  kind: null,
  issuer: null,
  subject: null,
  client: null,
  scopes: new Set<string>(),
  roles: new Set<string>(),
  domain: null,
  purposes: new Set<string>(),
  claims: Object.freeze({}),
  fingerprint: 'anonymous',
  expiresAt: Number.POSITIVE_INFINITY,
});

/** Puts a principal together: every list in order and without repetition, all of it frozen. */
export function toPrincipal(facts: PrincipalFacts): Principal {
  const { kind, issuer, subject, client = null, domain, expiresAt } = facts;
  const scopes = sortedOnce(facts.scopes);
  const roles = sortedOnce(facts.roles);
  const purposes = sortedOnce(facts.purposes);
  const claims = facts.claims
    .map(([name, values]) => [name, Object.freeze(sortedOnce(values))] as const)
    .toSorted(([left], [right]) => (left < right ? -1 : 1));
  const identity = [issuer, subject, scopes, claims, kind, roles, domain, purposes, client];
  return Object.freeze({
    authenticated: true,
    kind,
    issuer,
    subject,
    client,
    scopes: new Set(scopes),
    roles: new Set(roles),
    domain,
    purposes: new Set(purposes),
    claims: Object.freeze(Object.fromEntries(claims)),
    fingerprint: createHash('sha256').update(JSON.stringify(identity)).digest('base64url'),
    expiresAt,
  });
}

const sortedOnce = (values: readonly string[]): string[] => [...new Set(values)].sort();
