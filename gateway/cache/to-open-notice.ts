import type { ChangeNotice } from '../../shared/changes/change-notice.ts';
import { asksTagged, type TaggedSchema } from '../operation/asks-tagged.ts';

const FIELD_NAME = /^[_A-Za-z]\w*$/;

/**
 * Says of a change what may lie where others could read it: keys of entities only where no rule may ever
 * speak of a field of them, and otherwise the type; a cache tag, which is made of keys or arguments, only where nothing is
 * tagged for rules, and otherwise the product.
 */
export function toOpenNotice(notice: ChangeNotice, source: TaggedSchema): ChangeNotice {
  if (notice === 'anything') return notice;
  const { product } = notice;
  if ('tag' in notice) return source.tags.size === 0 ? notice : { product, types: null };
  if (!('keys' in notice)) return notice;
  const { type, keys } = notice;
  const names = [...new Set(keys.flatMap((key) => Object.keys(key)))];
  const arePlain =
    [type, ...names].every((name) => FIELD_NAME.test(name)) &&
    keys.every((key) => Object.values(key).every((value) => typeof value !== 'object'));
  const isOpen =
    arePlain && !asksTagged(`{ _entities { ... on ${type} { ${names.join(' ')} } } }`, source);
  return isOpen ? notice : { product, types: [type] };
}
