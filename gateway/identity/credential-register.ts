import type { ApiKeyRecord } from './api-keys/api-key-record.ts';
import type { CredentialFacts } from './authentication-outcome.ts';

/** Something that was withdrawn before its time. */
export interface Revocation {
  /** What `value` is: a token id (`jti`), a subject, or the id of a key. */
  readonly kind: 'jti' | 'sub' | 'kid';
  readonly value: string;
  /** Only credentials of this issuer; null for those of any. */
  readonly issuer: string | null;
  /** For subjects: what was issued before this moment (epoch seconds) is refused. */
  readonly issuedBefore: number;
}

/**
 * What is known here of API keys and revocations: a copy in memory of what the control plane
 * keeps, replaced as a whole. Asking it is a look-up; it does no I/O.
 */
export class CredentialRegister {
  /** Whether there is anywhere that API keys could come from. */
  readonly acceptsApiKeys: boolean;
  #epoch = 0;
  #apiKeys: ReadonlyMap<string, ApiKeyRecord> = new Map();
  /** `issuedBefore` by kind, value and issuer. */
  #revoked: ReadonlyMap<string, number> = new Map();

  constructor(acceptsApiKeys: boolean) {
    this.acceptsApiKeys = acceptsApiKeys;
  }

  /** Grows with every replacement: what was decided in an earlier epoch is to be looked at again. */
  get epoch(): number {
    return this.#epoch;
  }

  /** Counts, for metrics. */
  get size(): { readonly apiKeys: number; readonly revocations: number } {
    return { apiKeys: this.#apiKeys.size, revocations: this.#revoked.size };
  }

  /** Takes over a new state; from the next look-up on it is the only one. */
  replace(apiKeys: readonly ApiKeyRecord[], revocations: readonly Revocation[]): void {
    const fresh = new Map(apiKeys.map((record) => [record.id, record]));
    for (const [id, { lastUsedAtMs }] of this.#apiKeys) {
      const record = fresh.get(id);
      if (record !== undefined) record.lastUsedAtMs = Math.max(record.lastUsedAtMs, lastUsedAtMs);
    }
    this.#apiKeys = fresh;
    this.#revoked = new Map(
      revocations.map(({ kind, value, issuer, issuedBefore }) => [
        toKey(kind, value, issuer),
        issuedBefore,
      ]),
    );
    this.#epoch += 1;
  }

  findApiKey(id: string): ApiKeyRecord | undefined {
    return this.#apiKeys.get(id);
  }

  /** All keys, to tell when they were used. */
  apiKeys(): Iterable<ApiKeyRecord> {
    return this.#apiKeys.values();
  }

  /** Whether a credential was withdrawn. A token that does not say when it was issued counts as old. */
  isRevoked({ issuer, subject, tokenId, keyId, issuedAt }: CredentialFacts): boolean {
    if (this.#revoked.size === 0) return false;
    if (tokenId !== null && this.#find('jti', tokenId, issuer) !== null) return true;
    if (keyId !== null && this.#find('kid', keyId, issuer) !== null) return true;
    const before = this.#find('sub', subject, issuer);
    return before !== null && (issuedAt === null || issuedAt < before);
  }

  /** The later of the two moments when both one issuer and all are named. */
  #find(kind: Revocation['kind'], value: string, issuer: string): number | null {
    const everywhere = this.#revoked.get(toKey(kind, value, null));
    const here = this.#revoked.get(toKey(kind, value, issuer));
    if (everywhere === undefined) return here ?? null;
    return here === undefined ? everywhere : Math.max(everywhere, here);
  }
}

/** Lengths first, so that no two triples read alike. */
function toKey(kind: string, value: string, issuer: string | null): string {
  return `${kind}${value.length}:${value}${issuer === null ? '' : `@${issuer}`}`;
}
