import type { AccessReason, MissingRights } from '../../policy/access-reasons.ts';
import type { Groups } from '../../policy/minimal-groups.ts';

/**
 * Says in a few words why somebody does not see an element, or not as it is.
 *
 * @param of The element; where something else is the reason, that is named.
 */
export function describeReason(reason: AccessReason, of: string): string {
  const { coordinate } = reason;
  const place = coordinate === null || coordinate === of ? '' : ` (${coordinate})`;
  return `${toWords(reason)}${place}`;
}

function toWords(reason: AccessReason): string {
  switch (reason.reason) {
    case 'REQUIREMENT_NOT_MET':
      return `needs ${describeMissing(reason.missing)}`;
    case 'RULE_DENIES':
      return `denied by rule ${reason.rule}`;
    case 'NO_RULE_ALLOWS':
      return 'no rule allows it';
    case 'RULE_MASKS':
      return `masked by rule ${reason.rule}`;
    case 'GRANTED_MASKED':
      return reason.mask === null ? 'tells what was granted masked only' : 'granted masked only';
  }
}

function describeMissing({ authenticated, scopes, policies }: MissingRights): string {
  const parts = [
    ...(authenticated ? ['a known caller'] : []),
    ...(scopes.length === 0 ? [] : [describeGroups('scope', scopes)]),
    ...(policies.length === 0 ? [] : [describeGroups('policy', policies)]),
  ];
  return parts.join(', ');
}

function describeGroups(kind: string, groups: Groups): string {
  return `${kind} ${groups.map((group) => group.join(' + ')).join(' or ')}`;
}
