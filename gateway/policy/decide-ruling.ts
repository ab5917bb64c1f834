import type { RuleCaller } from './classification-rules.ts';
import type { Mask } from './mask.ts';
import { holdsOneGroup, type Rights } from './requirement.ts';
import type { ClassRuling, Ruling, RulingOption } from './rulings.ts';

/** What becomes of an element for one caller. */
export type Decision =
  | { readonly kind: 'allow' }
  | {
      readonly kind: 'deny';
      /** Name of the rule; null where no rule spoke of this caller. */
      readonly rule: string | null;
      /** Whether it is denied because something of its class was granted in masked form only. */
      readonly isForMaskedGrant?: true;
      /** Names of the windows in which the rule holds; absent for at any time. */
      readonly during?: readonly string[];
    }
  | {
      readonly kind: 'mask';
      /** Name of the rule; null where it was granted in this form. */
      readonly rule: string | null;
      readonly mask: Mask;
      /** Like that of a refusal. */
      readonly during?: readonly string[];
    };

/** A rule, and the names of the windows in which it holds. */
export interface TimedRule {
  readonly rule: string;
  readonly during: readonly string[];
}

export const ALLOWED: Decision = { kind: 'allow' };

/** @returns Place of the rule that decides; -1 where none speaks of the caller at this time. */
export function findDecidingRule(
  { options }: ClassRuling,
  rights: Rights,
  isGranted: boolean,
): number {
  const at = options.findIndex(
    (option) => speaksOf(option.caller, rights, isGranted) && isInForce(option, rights) !== false,
  );
  const option = options[at];
  // Nobody knows whether it holds now: it may be the one that denies.
  return option !== undefined && isInForce(option, rights) === null ? -1 : at;
}

/** Finds the rules that would speak of the caller at another time, and before the one that decides now. */
export function findRulesNotNow(
  ofClass: ClassRuling,
  rights: Rights,
  isGranted: boolean,
): readonly TimedRule[] {
  const at = findDecidingRule(ofClass, rights, isGranted);
  return ofClass.options
    .slice(0, at === -1 ? undefined : at)
    .filter(({ caller, during }) => during.length > 0 && speaksOf(caller, rights, isGranted))
    .map(({ rule, during }) => ({ rule, during: during.map(({ name }) => name) }));
}

/** @returns Null where that is not known. */
function isInForce({ during }: RulingOption, { windows = null }: Rights): boolean | null {
  if (during.length === 0) return true;
  const states = during.map(({ name }) => windows?.isOpen.get(name) ?? null);
  if (states.includes(true)) return true;
  return states.includes(null) ? null : false;
}

/**
 * Decides by the rules alone: a refusal before any mask, and the mask of a stricter class before that of
 * another.
 */
export function decideRuling({ classes }: Ruling, rights: Rights, isGranted: boolean): Decision {
  let strictest = ALLOWED;
  for (const ofClass of classes) {
    const option = ofClass.options[findDecidingRule(ofClass, rights, isGranted)];
    const outcome = option?.outcome ?? 'deny';
    if (outcome === 'deny') return { kind: 'deny', rule: option?.rule ?? null, ...timeOf(option) };
    if (outcome === 'allow' || strictest.kind === 'mask' || option === undefined) continue;
    strictest = { kind: 'mask', rule: option.rule, mask: outcome, ...timeOf(option) };
  }
  return strictest;
}

function timeOf(option: RulingOption | undefined): { readonly during?: readonly string[] } {
  if (option === undefined || option.during.length === 0) return {};
  return { during: option.during.map(({ name }) => name) };
}

const NO_ROLES: ReadonlySet<string> = new Set();

function speaksOf(caller: RuleCaller, rights: Rights, isGranted: boolean): boolean {
  const { domain = null, purpose = null } = rights;
  return (
    (!caller.granted || isGranted) &&
    (!caller.authenticated || rights.authenticated) &&
    holdsOneGroup(caller.scopes, rights.scopes) &&
    holdsOneGroup(caller.roles, rights.roles ?? NO_ROLES) &&
    (caller.domains.length === 0 || (domain !== null && caller.domains.includes(domain))) &&
    (caller.purposes.length === 0 || (purpose !== null && caller.purposes.includes(purpose)))
  );
}
