import type { Mask } from './mask.ts';
import type { TimeWindow } from './windows/time-window.ts';

/** A class of data, and the tags by which data products mark what belongs to it. */
export interface DataClass {
  readonly name: string;
  readonly tags: readonly string[];
}

/** What a rule speaks of; every list that is not empty must name the element. */
export interface RuleSubject {
  readonly classes: readonly string[];
  readonly tags: readonly string[];
  /** `Type`, `Type.field`, `Type.field(argument:)`, `Input.field` or `Enum.VALUE`. */
  readonly coordinates: readonly string[];
}

/** Whom a rule speaks of; every condition must hold, and an empty list asks for nothing. */
export interface RuleCaller {
  readonly authenticated: boolean;
  /** Whether an access grant opens the element to the caller. */
  readonly granted: boolean;
  /** An OR of AND groups. */
  readonly scopes: readonly (readonly string[])[];
  /** An OR of AND groups. */
  readonly roles: readonly (readonly string[])[];
  /** The caller belongs to one of these. */
  readonly domains: readonly string[];
  /** The request is for one of these. */
  readonly purposes: readonly string[];
}

/** One rule of the governance file. */
export interface ClassificationRule {
  readonly name: string;
  readonly subject: RuleSubject;
  readonly caller: RuleCaller;
  /** It holds while one of these is open; empty for at any time. */
  readonly during: readonly TimeWindow[];
  readonly effect: 'allow' | 'mask' | 'deny';
  /** Of a mask: the first that fits the type of a value is used, and where none fits it is denied. */
  readonly masks: readonly Mask[];
}

/**
 * What follows from how data is classified.
 *
 * For each class of an element the first rule that fits element, caller and time decides, and
 * what no rule fits is denied. Of several classes the strictest effect holds.
 */
export interface ClassificationRules {
  /** First 16 hexadecimal digits of the SHA-256 of the text. */
  readonly version: string;
  /** The strictest first. */
  readonly classes: readonly DataClass[];
  readonly rules: readonly ClassificationRule[];
}
