import { MeshgateError } from '../../../shared/errors/meshgate-error.ts';
import {
  conjoinGroups,
  EVERYBODY,
  type Groups,
  isMet,
  toMinimalGroups,
} from '../../policy/minimal-groups.ts';
import type { Requirement } from '../../policy/requirement.ts';
import type { ReadableElement } from './list-readable.ts';

/** Who can read a field in one version and not in the other. */
export interface ReaderChange {
  readonly coordinate: string;
  readonly change: 'added' | 'removed' | 'changed';
  /** Minimal rights with which it can be read now and could not before; empty for nobody. */
  readonly readableFor: Groups;
  /** Minimal rights with which it could be read before and cannot now; empty for nobody. */
  readonly unreadableFor: Groups;
  /** All who could read it; nobody where it was not there. */
  readonly before: Groups;
  /** All who can read it; nobody where it is not there. */
  readonly after: Groups;
}

/** Groups that are compared with each other for one field. */
const PAIRS_COMPARED = 2000;

const NOBODY: Groups = [];

/**
 * Finds every field that becomes readable or unreadable, for any set of scopes, policies and being known.
 *
 * Requirements negate nothing: who may read a field may still do so with more rights. So all who can
 * read it are told by the minimal sets of rights that suffice, and a set of the one version that does not
 * suffice in the other exists exactly when somebody gains or loses. Nothing is sampled.
 *
 * @returns In order of coordinates.
 * @throws {MeshgateError} `INPUT_INVALID` where the requirements of a field have too many combinations.
 */
export function compareReaders(
  before: readonly ReadableElement[],
  after: readonly ReadableElement[],
): readonly ReaderChange[] {
  const older = requirementsByField(before);
  const newer = requirementsByField(after);
  const coordinates = [...new Set([...older.keys(), ...newer.keys()])].sort();
  return coordinates.flatMap((coordinate) => {
    const [was, is] = [older.get(coordinate), newer.get(coordinate)];
    const readers = {
      before: was === undefined ? NOBODY : findReaders(was, coordinate),
      after: is === undefined ? NOBODY : findReaders(is, coordinate),
    };
    const readableFor = withoutThoseOf(readers.after, readers.before);
    const unreadableFor = withoutThoseOf(readers.before, readers.after);
    if (readableFor.length + unreadableFor.length === 0) return [];
    const change = was === undefined ? 'added' : is === undefined ? 'removed' : 'changed';
    return [{ coordinate, change, readableFor, unreadableFor, ...readers }];
  });
}

/**
 * Finds the minimal sets of rights that satisfy all requirements: `authenticated`, `scope NAME` and
 * `policy NAME`.
 */
export function findReaders(required: readonly Requirement[], coordinate: string): Groups {
  let readers = EVERYBODY;
  for (const condition of required.flatMap(toConditions)) {
    const both = conjoinGroups(readers, condition, PAIRS_COMPARED);
    if (both === null) {
      throw new MeshgateError('INPUT_INVALID', {
        message: `Expected requirements of ${coordinate} with at most ${PAIRS_COMPARED} combinations of groups; there are more.`,
        details: { coordinate, limit: PAIRS_COMPARED },
      });
    }
    readers = both;
  }
  return readers;
}

function requirementsByField(elements: readonly ReadableElement[]) {
  const fields = elements.filter(({ kind }) => kind === 'field');
  return new Map(fields.map(({ coordinate, required }) => [coordinate, required]));
}

function toConditions({ authenticated, scopes, policies }: Requirement): readonly Groups[] {
  const named = (kind: string, groups: Groups): readonly Groups[] =>
    // Unlike readers, a requirement without groups asks for nothing.
    groups.length === 0
      ? []
      : [toMinimalGroups(groups.map((group) => group.map((name) => `${kind} ${name}`)))];
  return [
    ...(authenticated ? [[['authenticated']]] : []),
    ...named('scope', scopes),
    ...named('policy', policies),
  ];
}

function withoutThoseOf(groups: Groups, others: Groups): Groups {
  return groups.filter((group) => !isMet(others, new Set(group)));
}
