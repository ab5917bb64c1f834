import { Kind, type SelectionNode } from 'graphql';

/** The selection of `__typename`. */
export const TYPE_NAME: SelectionNode = {
  kind: Kind.FIELD,
  name: { kind: Kind.NAME, value: '__typename' },
};
