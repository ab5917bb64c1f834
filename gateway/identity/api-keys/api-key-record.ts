import type { Principal } from '../principal.ts';

/** One API key as the request path knows it: no secret, only what one is compared with. */
export interface ApiKeyRecord {
  /** Twelve hexadecimal digits; the subject of its principal. */
  readonly id: string;
  /** The current secret, and the one before while both are valid. */
  readonly secrets: readonly ApiKeySecret[];
  /** Epoch milliseconds of the latest request with it; 0 when there was none. */
  lastUsedAtMs: number;
}

export interface ApiKeySecret {
  /** SHA-256 of the secret, 32 bytes. */
  readonly hash: Uint8Array;
  /** Epoch seconds. */
  readonly issuedAt: number;
  /** Who brings this secret; `expiresAt` is the end of this secret or of the key. */
  readonly principal: Principal;
}
