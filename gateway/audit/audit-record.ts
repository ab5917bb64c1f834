/**
 * What the ledger says of one operation that touches classified data.
 *
 * @module
 */
import type { CallerKind } from '../identity/principal.ts';

/** How an operation ended: with all that it asked for, with less, or with nothing that is classified. */
export type AuditOutcome = 'ok' | 'partial' | 'refused';

/**
 * What one element was to the caller: `allowed`, `masked:` and the kind of the mask, or `denied:` and
 * the name of the rule; `denied:unruled` where no rule speaks of the caller, `denied:granted masked` where
 * it would tell what was granted in masked form, `denied:requirement`
 * where what the schema requires is missing, or something above the element was denied.
 */
export type AuditEffect = 'allowed' | `masked:${string}` | `denied:${string}`;

/**
 * Of records that are written now. The hash of a record covers whatever it says, so that those of
 * earlier forms go on to hold: the first has no `form` and no `shown`, the second no `entities`.
 */
export const RECORD_FORM = 3;

/** Whose values of one element the caller was shown. */
export interface AuditedEntities {
  /** How many entities; of values that belong to none, how many objects they stood in. */
  readonly count: number;
  /** Whether they are known to differ; otherwise there may have been fewer. */
  readonly exact: boolean;
  /** Keys of the first of them, as `entityKeys` says; absent where none are kept. */
  readonly keys?: readonly string[];
  /** Whether not all of them are among the keys; absent otherwise. */
  readonly more?: true;
}

/** One record, as it is kept and exported; of plain JSON, without any value of the answer. */
export interface AuditRecord {
  readonly form: typeof RECORD_FORM;
  /** Instant of the answer, `YYYY-MM-DDTHH:MM:SS.sssZ`. */
  readonly at: string;
  readonly requestId: string;
  /** Null, like the subject, for an anonymous caller. */
  readonly issuer: string | null;
  readonly subject: string | null;
  readonly clientKind: CallerKind | null;
  /** What the request said it is for, where the caller's issuer vouches for that. */
  readonly purpose: string | null;
  readonly operation: {
    readonly name: string | null;
    readonly kind: 'query' | 'mutation';
    /** SHA-256 of the document's text, in hex. */
    readonly sha256: string;
  };
  /** Data products that the plan asks, sorted; none where nothing is left to ask. */
  readonly products: readonly string[];
  /** By coordinate, those with a class under the rules in force. */
  readonly effects: Readonly<Record<string, AuditEffect>>;
  /**
   * By coordinate: how many values the caller was shown, as they are or masked; absent for none. What
   * stands in an answer twice counts twice, and each element of a list.
   */
  readonly shown: Readonly<Record<string, number>>;
  /** By coordinate, absent for none: how many entities these values were of. */
  readonly entities: Readonly<Record<string, AuditedEntities>>;
  /** What the keys in it are: `none`, `plain`, or `hashed:` and what tells the secret from others. */
  readonly entityKeys: string;
  /** Ids of the grants that cover something of the operation, sorted. */
  readonly grants: readonly string[];
  /** The strictest of the effects. */
  readonly decision: 'allowed' | 'masked' | 'denied';
  readonly outcome: AuditOutcome;
  readonly rulesVersion: string;
  readonly policyVersion: string;
  /** SHA-256 of the authorization shape, in hex: equal for callers of equal decisions. */
  readonly shape: string;
}
