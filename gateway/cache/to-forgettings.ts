import { isAbstractType } from 'graphql';
import type { ChangeNotice } from '../../shared/changes/change-notice.ts';
import { namesOfLeaves } from '../supergraph/read-entity-keys.ts';
import type { SupergraphSnapshot } from '../supergraph/supergraph-snapshot.ts';
import type { Forgetting } from './answer-store.ts';
import { ChangedEntities } from './changed-entities.ts';

/**
 * Says what has to be forgotten because of a change. A type that clients do not see may be the
 * product's own name of one that they do see, so it stands for all; an interface stands for all types that
 * implement it as well.
 */
export function toForgettings(
  notice: ChangeNotice,
  { schema, entityKeys }: Pick<SupergraphSnapshot, 'schema' | 'entityKeys'>,
): readonly (Forgetting | 'everything')[] {
  if (notice === 'anything') return ['everything'];
  if ('tag' in notice) return [notice];
  const { product } = notice;
  const types = 'keys' in notice ? [notice.type] : notice.types;
  const names = types?.map((type) => namesOf(type, schema)) ?? [null];
  if (names.includes(null)) return [{ product, type: null }];
  const all = [...new Set(names.flatMap((one) => one ?? []))];
  return all.map((type) =>
    'keys' in notice
      ? {
          product,
          type,
          entities: new ChangedEntities(notice.keys, namesOfLeaves(entityKeys.get(type) ?? [])),
        }
      : { product, type },
  );
}

/** @returns Null where clients see no type of this name. */
function namesOf(name: string, schema: SupergraphSnapshot['schema']): readonly string[] | null {
  const type = schema.getType(name);
  if (type === undefined) return null;
  const possible = isAbstractType(type) ? schema.getPossibleTypes(type) : [];
  return [name, ...possible.map((one) => one.name)];
}
