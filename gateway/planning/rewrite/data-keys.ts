/**
 * The keys under which the data of a plan stands.
 *
 * A plan fetches more than the client asked: keys and inputs, always under their
 * own names. A client that gives such a name to another field (`id: title`) would
 * get the one in the place of the other. So a response key that is the name of a
 * joining field is planned under another key, and read from there.
 *
 * Where a subgraph holds an interface as one object, what is selected on films and what is
 * selected on books becomes one selection. A response key that means one field for the first
 * and another for the second, or the same with other arguments, needs a key for each.
 *
 * @module
 */
import { createHash } from 'node:crypto';
import { type FieldNode, Kind, print } from 'graphql';
import type { JoinNames } from '../../supergraph/join-names.ts';

const ALIAS = 'meshgate_as_';
/** Followed by a hash of what is asked, as in `meshgate_of_0a1b2c3d_title`. */
const MEANING = 'meshgate_of_';
const RENAMED = /^meshgate_(?:as|of_[0-9a-f]{8})_/;

/** Begins the name of a field that exists for planning only; see `separate-inputs.ts`. */
export const INPUT = 'meshgate_input_';

const RESERVED = [ALIAS, MEANING, INPUT];

/** Says under which key a field's value stands in the data that a plan fetches. */
export function toDataKey(field: FieldNode, { fields, hasInterfaceObjects }: JoinNames): string {
  const name = field.name.value;
  const responseKey = field.alias?.value ?? name;
  if (hasInterfaceObjects && (responseKey !== name || field.arguments?.length)) {
    return `${MEANING}${hashOf(field)}_${responseKey}`;
  }
  const isTaken = responseKey !== name && fields.has(responseKey);
  return isTaken || RESERVED.some((prefix) => responseKey.startsWith(prefix))
    ? ALIAS + responseKey
    : responseKey;
}

/** Eight hexadecimal digits for a field and its arguments, whatever it is called in the answer. */
function hashOf({ name, arguments: given = [] }: FieldNode): string {
  const meaning = print({ kind: Kind.FIELD, name, arguments: given });
  return createHash('sha256').update(meaning).digest('hex').slice(0, 8);
}

/**
 * Translates a position in the data of a plan to one in the client's answer. What
 * was fetched as an input alone stands nowhere there: the position is that of the
 * object that it was fetched for.
 */
export function toClientPath(path: readonly (string | number)[]): readonly (string | number)[] {
  if (!path.some(isTranslated)) return path;
  const input = path.findIndex((segment) => startsWith(segment, INPUT));
  return path
    .slice(0, input === -1 ? path.length : input)
    .map((segment) => (typeof segment === 'string' ? segment.replace(RENAMED, '') : segment));
}

function isTranslated(segment: string | number): boolean {
  return RESERVED.some((prefix) => startsWith(segment, prefix));
}

function startsWith(segment: string | number, prefix: string): segment is string {
  return typeof segment === 'string' && segment.startsWith(prefix);
}
