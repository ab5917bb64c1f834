import type { Mask } from './mask.ts';
import type { WindowStates } from './windows/window-states.ts';

/**
 * What a caller must have to use one element of the schema.
 *
 * `scopes` and `policies` are in disjunctive normal form: an OR of AND groups,
 * so `[["a", "b"], ["c"]]` reads "(a and b) or c". An empty list, like a list
 * that holds an empty group, asks for nothing.
 *
 * @see https://specs.apollo.dev/requiresScopes/v0.1/
 */
export interface Requirement {
  readonly authenticated: boolean;
  readonly scopes: readonly (readonly string[])[];
  readonly policies: readonly (readonly string[])[];
  /** What it protects; absent where no grant can stand in for it. */
  readonly element?: ProtectedElement;
}

/** A type or field that a requirement protects. */
export interface ProtectedElement {
  readonly coordinate: string;
  /** The data products that offer it; a grant of each is needed. */
  readonly products: readonly string[];
  /** Whether using it changes data: then it has to be granted by name. */
  readonly writes: boolean;
}

/** What a caller has, as far as decisions about fields go. */
export interface Rights {
  readonly authenticated: boolean;
  readonly scopes: ReadonlySet<string>;
  /** The policies that hold for this caller; each may be decided when it is first asked for. */
  readonly policies: HeldNames;
  /** Absent is none. */
  readonly roles?: ReadonlySet<string>;
  /** The domain that the caller belongs to; absent or null where that is not known. */
  readonly domain?: string | null;
  /** What the caller says this request is for, where its issuer vouches for that; else absent or null. */
  readonly purpose?: string | null;
  /** What was granted to this caller beside that; absent and null stand for nothing. */
  readonly grants?: GrantedElements | null;
  /**
   * Which time windows are open at the moment by which the caller is judged. Absent and null know of none:
   * a rule with a window that is not known is none that allows.
   */
  readonly windows?: WindowStates | null;
}

/** What grants open to one caller, at one moment. */
export interface GrantedElements {
  /** Tells whether an element was granted as it is. */
  covers(element: ProtectedElement): boolean;
  /**
   * Finds how an element is shown that was granted in masked form; null where it was not. By itself this
   * opens nothing: the governance rules say what can be masked. Absent where nothing was granted so.
   */
  readonly maskOf?: ((element: ProtectedElement) => GrantedMask | null) | undefined;
}

/** The form in which something was granted. */
export interface GrantedMask {
  /** Null leaves it to the governance rules. */
  readonly mask: Mask | null;
}

/** Names that are held or not; a set of them will do. */
export interface HeldNames {
  has(name: string): boolean;
}

/** Tells whether the rights satisfy every part of the requirement, or a grant stands in for it. */
export function isSatisfied(requirement: Requirement, rights: Rights): boolean {
  const { element } = requirement;
  return (
    isSatisfiedByOwnRights(requirement, rights) ||
    (element !== undefined && rights.grants?.covers(element) === true)
  );
}

function isSatisfiedByOwnRights(requirement: Requirement, rights: Rights): boolean {
  return (
    (!requirement.authenticated || rights.authenticated) &&
    holdsOneGroup(requirement.scopes, rights.scopes) &&
    holdsOneGroup(requirement.policies, rights.policies)
  );
}

/** Tells whether a requirement can be dropped because everybody satisfies it. */
export function asksForNothing(requirement: Requirement): boolean {
  return !requirement.authenticated && isTrue(requirement.scopes) && isTrue(requirement.policies);
}

/** Tells whether all names of one group are held; no groups, or an empty one, ask for nothing. */
export function holdsOneGroup(groups: readonly (readonly string[])[], held: HeldNames): boolean {
  return isTrue(groups) || groups.some((group) => group.every((name) => held.has(name)));
}

function isTrue(groups: readonly (readonly string[])[]): boolean {
  return groups.length === 0 || groups.some((group) => group.length === 0);
}
