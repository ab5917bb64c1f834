import { isInterfaceType, isObjectType } from 'graphql';
import {
  collectMentionedRights,
  type MentionedRights,
  toAuthorizationShape,
  toDecidedRights,
} from '../policy/authorization-shape.ts';
import type { Rights } from '../policy/requirement.ts';
import type { SupergraphSnapshot } from '../supergraph/supergraph-snapshot.ts';
import { createVisibleSchema } from './visible-schema.ts';

/** Tells whether introspection shows an element, by its coordinate. */
export type IsShown = (coordinate: string) => boolean;

/**
 * Creates what finds out which names a caller may know.
 *
 * @param narrows Whether introspection shows a caller only what that caller can use.
 */
export function createIsShown(
  narrows: boolean,
): (snapshot: SupergraphSnapshot, rights: Rights) => IsShown {
  const visibleSchema = createVisibleSchema();
  const mentionedBy = new WeakMap<SupergraphSnapshot, MentionedRights>();
  const narrowed = (snapshot: SupergraphSnapshot, rights: Rights) => {
    const { ofType, ofField } = snapshot.requirements;
    const mentioned =
      mentionedBy.get(snapshot) ??
      collectMentionedRights([...ofType.values(), ...ofField.values()]);
    mentionedBy.set(snapshot, mentioned);
    const shape = toAuthorizationShape(mentioned, rights);
    return visibleSchema(snapshot, shape, toDecidedRights(mentioned, shape, rights));
  };
  return (snapshot, rights) => {
    const schema = narrows ? narrowed(snapshot, rights) : snapshot.schema;
    return (coordinate) => {
      const [typeName = '', member] = coordinate.replace(/\(.*$/, '').split('.');
      const type = schema.getType(typeName);
      if (type === undefined) return false;
      if (member === undefined || !(isObjectType(type) || isInterfaceType(type))) return true;
      return type.getFields()[member] !== undefined;
    };
  };
}
