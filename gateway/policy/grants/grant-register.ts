import type { Principal } from '../../identity/principal.ts';
import type { Grant } from './grant.ts';
import { GrantedAccess } from './granted-access.ts';

/** What was found for a caller, and as long as that holds. */
interface Remembered {
  readonly access: GrantedAccess | null;
  readonly revision: number;
  /** Epoch milliseconds from which it has to be looked for again. */
  readonly untilMs: number;
}

/**
 * What is known here of grants: a copy in memory of what the control plane keeps, replaced as a
 * whole. Asking it is a look-up; it does no I/O and is told the time.
 *
 * A copy that nobody has confirmed for a while opens nothing: what was revoked meanwhile would not
 * be known.
 */
export class GrantRegister {
  readonly #trustedMs: number;
  #revision = 0;
  #trustedUntilMs = Number.NEGATIVE_INFINITY;
  #size = 0;
  /** By subject, because few issuers share one. */
  #bySubject: ReadonlyMap<string, readonly Grant[]> = new Map();
  /** By purpose; a principal is one object for all requests of a token, and vouches for a few purposes. */
  readonly #remembered = new WeakMap<Principal, Map<string | null, Remembered>>();

  /** @param trustedMs How long the copy is used after it was last confirmed. */
  constructor(trustedMs: number) {
    this.#trustedMs = trustedMs;
  }

  /** A count, for metrics. */
  get size(): number {
    return this.#size;
  }

  /** Takes over a new state; from the next look-up on it is the only one. */
  replace(grants: readonly Grant[]): void {
    const bySubject = new Map<string, Grant[]>();
    for (const grant of grants) {
      const others = bySubject.get(grant.subject);
      if (others === undefined) bySubject.set(grant.subject, [grant]);
      else others.push(grant);
    }
    this.#size = grants.length;
    this.#bySubject = bySubject;
    this.#revision += 1;
  }

  /**
   * Says that the copy was what the control plane keeps at that moment.
   *
   * @param steadyMs Milliseconds from any start, by a clock that nobody puts back.
   */
  confirm(steadyMs: number): void {
    this.#trustedUntilMs = steadyMs + this.#trustedMs;
  }

  /**
   * Finds what grants open to a caller.
   *
   * @param purpose What the request is for, one of the principal's purposes: then grants for that alone
   *   count. Null where the request does not say.
   * @param nowMs Epoch milliseconds.
   * @param steadyMs By the clock of `confirm`.
   * @returns Null for nothing. The same object as long as the same is granted.
   */
  accessOf(
    principal: Principal,
    purpose: string | null,
    nowMs: number,
    steadyMs: number,
  ): GrantedAccess | null {
    if (this.#size === 0 || principal.subject === null || steadyMs > this.#trustedUntilMs)
      return null;
    const byPurpose = this.#remembered.get(principal) ?? new Map<string | null, Remembered>();
    const known = byPurpose.get(purpose);
    if (known !== undefined && known.revision === this.#revision && nowMs < known.untilMs) {
      return known.access;
    }
    const found = this.#find(principal, purpose, nowMs, known?.access ?? null);
    this.#remembered.set(principal, byPurpose.set(purpose, found));
    return found.access;
  }

  #find(
    principal: Principal,
    purpose: string | null,
    nowMs: number,
    before: GrantedAccess | null,
  ): Remembered {
    const { issuer, subject, client, purposes } = principal;
    const own = (this.#bySubject.get(subject ?? '') ?? []).filter(
      (grant) =>
        grant.issuer === issuer &&
        nowMs < grant.endsAtMs &&
        (grant.clients === null || (client !== null && grant.clients.includes(client))) &&
        (purpose === null || grant.purpose === purpose) &&
        // Who may use data for some purposes only may not use it for that of another's grant.
        (purposes.size === 0 || purposes.has(grant.purpose)),
    );
    const begun = own.filter(({ startsAtMs }) => startsAtMs <= nowMs);
    const bounds = own.map(({ startsAtMs, endsAtMs }) =>
      startsAtMs > nowMs ? startsAtMs : endsAtMs,
    );
    const untilMs = Math.min(Number.POSITIVE_INFINITY, ...bounds);
    if (begun.length === 0) return { access: null, revision: this.#revision, untilMs };
    const fresh = new GrantedAccess(begun);
    const access = before?.fingerprint === fresh.fingerprint ? before : fresh;
    return { access, revision: this.#revision, untilMs };
  }
}
