import type { RuleCaller } from './classification-rules.ts';
import type { Mask } from './mask.ts';
import { holdsOneGroup, type Rights } from './requirement.ts';
import type { ClassRuling, Ruling } from './rulings.ts';

/** What becomes of an element for one caller; a rule of null is none. */
export type Decision =
  | { readonly kind: 'allow' }
  | { readonly kind: 'deny'; readonly rule: string | null; readonly isForMaskedGrant?: true }
  | { readonly kind: 'mask'; readonly rule: string | null; readonly mask: Mask };

export const ALLOWED: Decision = { kind: 'allow' };

/** @returns Place of the rule that decides; -1 where none speaks of the caller. */
export function findDecidingRule(
  { options }: ClassRuling,
  rights: Rights,
  isGranted: boolean,
): number {
  return options.findIndex(({ caller }) => speaksOf(caller, rights, isGranted));
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
    if (outcome === 'deny') return { kind: 'deny', rule: option?.rule ?? null };
    if (outcome === 'allow' || strictest.kind === 'mask' || option === undefined) continue;
    strictest = { kind: 'mask', rule: option.rule, mask: outcome };
  }
  return strictest;
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
