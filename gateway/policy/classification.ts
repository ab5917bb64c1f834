import type { Decision, TimedRule } from './decide-ruling.ts';
import type { MaskValue } from './mask.ts';
import type { Rights } from './requirement.ts';

type Refusal = Extract<Decision, { readonly kind: 'deny' }>;
type Masking = Extract<Decision, { readonly kind: 'mask' }>;

/** What a rule does to one element for one caller, where it does anything. */
export type Effect = Refusal | (Masking & { readonly apply: MaskValue });

/** Effects by coordinate; what is absent is allowed. */
export type Effects = ReadonlyMap<string, Effect>;

/** What has a class, under one version of the rules. */
export interface ClassifiedElements {
  /** Empty where no rules are in force. */
  readonly rulesVersion: string;
  readonly coordinates: readonly string[];
}

/** The governance rules, made ready for one supergraph. */
export interface Classification {
  /** Finds which of the given elements have a class. */
  classified(coordinates: readonly string[]): ClassifiedElements;
  /**
   * Writes what the rules say of the given elements for a caller: equal for two callers exactly when all
   * effects are equal, and never equal under other rules. Empty when no element has a class.
   *
   * @param coordinates Of one operation; the same array each time, because it is known by identity.
   */
  shapeOf(coordinates: readonly string[], rights: Rights): string;
  /** Tells whether a caller sees one of the elements masked. The array is known by identity too. */
  masksAny(coordinates: readonly string[], rights: Rights): boolean;
  /** The effects themselves, for callers of one shape. */
  effectsOf(coordinates: readonly string[], rights: Rights): Effects;
  /** Finds the rules that would decide about an element before those that do, at another time. */
  rulesNotNow(coordinate: string, rights: Rights): readonly TimedRule[];
  /**
   * Says what requirements are to be held against: the rights themselves, with what was granted in masked
   * form among what is granted, where the effects mask it. All else here takes the rights as they were.
   */
  openedBy(rights: Rights): Rights;
}

/** Where no rules are in force: nothing has a class. */
export const UNCLASSIFIED: Classification = {
  classified: () => ({ rulesVersion: '', coordinates: [] }),
  shapeOf: () => '',
  masksAny: () => false,
  effectsOf: () => new Map(),
  rulesNotNow: () => [],
  openedBy: (rights) => rights,
};
