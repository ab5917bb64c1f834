import type {
  GrantedElements,
  GrantedMask,
  ProtectedElement,
  Requirement,
  Rights,
} from './requirement.ts';

/**
 * The authorization shape of a caller for one operation: the truth of just what
 * the operation's requirements mention. Callers of equal shape get the same
 * decision for every field, so filtering and planning happen once for all.
 *
 * @module
 */

/** Everything that the requirements of one operation mention, in a fixed order. */
export interface MentionedRights {
  readonly authenticated: boolean;
  readonly scopes: readonly string[];
  readonly policies: readonly string[];
  /** What is protected, each once: grants may stand in for it. Absent for nothing. */
  readonly elements?: readonly ProtectedElement[];
}

/** Collects what the given requirements mention. */
export function collectMentionedRights(requirements: Iterable<Requirement>): MentionedRights {
  let authenticated = false;
  const scopes = new Set<string>();
  const policies = new Set<string>();
  const elements = new Map<string, ProtectedElement>();
  for (const requirement of requirements) {
    const { element } = requirement;
    if (element !== undefined) elements.set(element.coordinate, element);
    authenticated ||= requirement.authenticated;
    for (const name of requirement.scopes.flat()) scopes.add(name);
    for (const name of requirement.policies.flat()) policies.add(name);
  }
  return {
    authenticated,
    scopes: [...scopes].sort(),
    policies: [...policies].sort(),
    elements: [...elements.values()],
  };
}

/**
 * Writes the shape as a string of 0 and 1, one digit for each right mentioned. Where a grant covers
 * something, a digit for each protected element follows: callers without grants have none.
 *
 * @returns The empty string for an operation that requires nothing.
 */
export function toAuthorizationShape(mentioned: MentionedRights, rights: Rights): string {
  let shape = '';
  if (mentioned.authenticated) shape += rights.authenticated ? '1' : '0';
  for (const scope of mentioned.scopes) shape += rights.scopes.has(scope) ? '1' : '0';
  for (const policy of mentioned.policies) shape += rights.policies.has(policy) ? '1' : '0';
  return shape + toGrantShape(mentioned, rights);
}

function toGrantShape({ elements = [] }: MentionedRights, { grants }: Rights): string {
  if (grants === undefined || grants === null) return '';
  const digits = elements.map((element) => (grants.covers(element) ? '1' : '0')).join('');
  return digits.includes('1') ? `+${digits}` : '';
}

/**
 * Tells whether all that grants covered of an operation is covered still.
 *
 * @param before What was granted when the operation began.
 * @param after What is granted now; null for nothing.
 */
export function stillCovers(
  { elements = [] }: MentionedRights,
  before: GrantedElements,
  after: GrantedElements | null,
): boolean {
  return elements.every((element) => {
    if (after?.covers(element) === true) return true;
    const masked = before.maskOf?.(element) ?? null;
    if (masked === null) return !before.covers(element);
    return isSameMask(masked, after?.maskOf?.(element) ?? null);
  });
}

function isSameMask(one: GrantedMask, other: GrantedMask | null): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}

/**
 * The rights of a caller with what its shape says of policies in the place of whatever decides
 * them: who filters an operation by these gets the decision that the shape was made of.
 *
 * @param shape Of these rights, as `toAuthorizationShape` wrote it.
 */
export function toDecidedRights(mentioned: MentionedRights, shape: string, rights: Rights): Rights {
  const first = (mentioned.authenticated ? 1 : 0) + mentioned.scopes.length;
  const held = mentioned.policies.filter((_, index) => shape[first + index] === '1');
  return { ...rights, policies: new Set(held) };
}
