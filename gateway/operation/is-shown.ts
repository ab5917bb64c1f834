import { isInterfaceType, isObjectType } from 'graphql';
import {
  collectMentionedRights,
  type MentionedRights,
  toAuthorizationShape,
  toDecidedRights,
} from '../policy/authorization-shape.ts';
import type { SupergraphSnapshot } from '../supergraph/supergraph-snapshot.ts';
import {
  type CallersRights,
  type ClassificationOf,
  findDenied,
  findTagged,
} from './operation-shape.ts';
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
  classificationOf: ClassificationOf,
): (snapshot: SupergraphSnapshot, caller: CallersRights) => IsShown {
  const visibleSchema = createVisibleSchema();
  const mentionedBy = new WeakMap<SupergraphSnapshot, MentionedRights>();
  const narrowed = (snapshot: SupergraphSnapshot, { rights, opened }: CallersRights) => {
    const { ofType, ofField } = snapshot.requirements;
    const mentioned =
      mentionedBy.get(snapshot) ??
      collectMentionedRights([...ofType.values(), ...ofField.values()]);
    mentionedBy.set(snapshot, mentioned);
    const ruled = classificationOf(snapshot).shapeOf(findTagged(snapshot), rights);
    const shape = toAuthorizationShape(mentioned, opened) + ruled;
    return visibleSchema(snapshot, shape, {
      rights: toDecidedRights(mentioned, shape, opened),
      denied: findDenied(rights, snapshot, classificationOf),
    });
  };
  return (snapshot, caller) => {
    const schema = narrows ? narrowed(snapshot, caller) : snapshot.schema;
    return (coordinate) => {
      const [typeName = '', member] = coordinate.replace(/\(.*$/, '').split('.');
      const type = schema.getType(typeName);
      if (type === undefined) return false;
      if (member === undefined || !(isObjectType(type) || isInterfaceType(type))) return true;
      return type.getFields()[member] !== undefined;
    };
  };
}
