import { type DocumentNode, Kind, visit } from 'graphql';
import type { JoinNames } from '../../supergraph/join-names.ts';
import { toDataKey } from './data-keys.ts';

/** Gives every field of an operation the key under which its value will stand in the data. */
export function renameAliases(document: DocumentNode, joinNames: JoinNames): DocumentNode {
  return visit(document, {
    Field(node) {
      const value = toDataKey(node, joinNames);
      if (value === (node.alias ?? node.name).value) return undefined;
      return { ...node, alias: { kind: Kind.NAME, value } };
    },
  });
}
