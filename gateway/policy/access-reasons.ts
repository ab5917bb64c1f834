import type { Classification, Effects } from './classification.ts';
import type { TimedRule } from './decide-ruling.ts';
import type { Mask } from './mask.ts';
import { type Groups, toMinimalGroups } from './minimal-groups.ts';
import {
  holdsOneGroup,
  isSatisfied,
  type ProtectedElement,
  type Requirement,
  type Rights,
} from './requirement.ts';

/** What a caller lacks of a requirement; all of it is needed. */
export interface MissingRights {
  readonly authenticated: boolean;
  /** An OR of AND groups, without the scopes that are held; empty when none is missing. */
  readonly scopes: Groups;
  /** Like scopes. */
  readonly policies: Groups;
}

/** What time has to do with it; each is absent for nothing. */
export interface RuleTimes {
  /** Names of the windows in which the rule holds. */
  readonly during?: readonly string[];
  /** Rules that would decide before it at another time. */
  readonly notNow?: readonly TimedRule[];
}

/** Why somebody does not see an element, or not as it is. */
export type AccessReason =
  | {
      readonly reason: 'REQUIREMENT_NOT_MET';
      /** What requires it; null where that is not known. */
      readonly coordinate: string | null;
      readonly missing: MissingRights;
      readonly element: ProtectedElement | null;
    }
  | ({
      readonly reason: 'RULE_DENIES';
      readonly coordinate: string;
      readonly rule: string;
    } & RuleTimes)
  /** It has a class, and no rule speaks of this caller at this time. */
  | ({ readonly reason: 'NO_RULE_ALLOWS'; readonly coordinate: string } & RuleTimes)
  | ({
      readonly reason: 'RULE_MASKS';
      readonly coordinate: string;
      readonly rule: string;
      readonly mask: Mask['kind'];
    } & RuleTimes)
  /** Something was granted in masked form only: this is it, or would tell what it hides. */
  | {
      readonly reason: 'GRANTED_MASKED';
      readonly coordinate: string;
      /** Null where it is not shown at all. */
      readonly mask: Mask['kind'] | null;
    };

/**
 * Finds everything for which a caller is refused an element.
 *
 * @param required Of the element and of all that is used with it.
 * @param coordinates What it touches.
 * @returns Nothing for an element that is not refused.
 */
export function findRefusalReasons(
  required: readonly Requirement[],
  coordinates: readonly string[],
  rights: Rights,
  effects: Effects,
): readonly AccessReason[] {
  const unmet = [...new Set(required)].filter((one) => !isSatisfied(one, rights));
  return [
    ...unmet.map((requirement) => toUnmet(requirement, rights)),
    ...[...new Set(coordinates)].flatMap((coordinate): readonly AccessReason[] => {
      const effect = effects.get(coordinate);
      if (effect?.kind !== 'deny') return [];
      const { rule, isForMaskedGrant = false, during } = effect;
      if (isForMaskedGrant) return [{ reason: 'GRANTED_MASKED', coordinate, mask: null }];
      return [
        rule === null
          ? { reason: 'NO_RULE_ALLOWS', coordinate }
          : {
              reason: 'RULE_DENIES',
              coordinate,
              rule,
              ...(during === undefined ? {} : { during }),
            },
      ];
    }),
  ];
}

/** Finds the rules and grants by which a caller sees masked what stands at one of the coordinates. */
export function findMaskReasons(
  coordinates: readonly string[],
  effects: Effects,
): readonly AccessReason[] {
  return coordinates.flatMap((coordinate): readonly AccessReason[] => {
    const effect = effects.get(coordinate);
    if (effect?.kind !== 'mask') return [];
    const { rule, during } = effect;
    const mask = effect.mask.kind;
    return rule === null
      ? [{ reason: 'GRANTED_MASKED', coordinate, mask }]
      : [
          {
            reason: 'RULE_MASKS',
            coordinate,
            rule,
            mask,
            ...(during === undefined ? {} : { during }),
          },
        ];
  });
}

/** Says of a reason which rules would decide before it at another time. */
export function withRulesNotNow(
  reason: AccessReason,
  rights: Rights,
  classification: Classification,
): AccessReason {
  if (reason.reason === 'REQUIREMENT_NOT_MET' || reason.reason === 'GRANTED_MASKED') return reason;
  const notNow = classification.rulesNotNow(reason.coordinate, rights);
  return notNow.length === 0 ? reason : { ...reason, notNow };
}

function toUnmet(requirement: Requirement, rights: Rights): AccessReason {
  const { authenticated, scopes, policies, element = null } = requirement;
  return {
    reason: 'REQUIREMENT_NOT_MET',
    coordinate: element?.coordinate ?? null,
    missing: {
      authenticated: authenticated && !rights.authenticated,
      scopes: missingOf(scopes, rights.scopes),
      policies: missingOf(policies, rights.policies),
    },
    element,
  };
}

function missingOf(groups: Groups, held: Rights['policies']): Groups {
  if (holdsOneGroup(groups, held)) return [];
  return toMinimalGroups(groups.map((group) => group.filter((name) => !held.has(name))));
}
