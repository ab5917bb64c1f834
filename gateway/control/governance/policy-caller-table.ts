import { ANONYMOUS, type Principal, toPrincipal } from '../../identity/principal.ts';
import type { Requirement } from '../../policy/requirement.ts';
import type { Mention } from '../policies/read-condition.ts';
import {
  type CallerColumn,
  type CallerRow,
  type CallerTable,
  heldIn,
  listRows,
} from './caller-table.ts';

/** What no policy mentions. */
const ANOTHER = '(another)';

/** Stands for whatever domain, in a column beside that of the domains that are mentioned. */
const ANY_DOMAIN = '(any)';

/** Kinds of callers of whom Cedar is asked for one field, at a tenth of a millisecond for each policy. */
const ROWS_ASKED = 8192;

/**
 * Builds the table of all callers whom policies and requirements can tell apart.
 *
 * @param mentions What policies compare with texts.
 * @param free Policies that hold or not whatever else a caller has.
 * @throws {MeshgateError} `INPUT_INVALID` where there are more than 8,192.
 */
export function buildPolicyTable(
  mentions: readonly Mention[],
  required: readonly Requirement[],
  free: readonly string[],
  coordinate: string,
): CallerTable {
  const scopes = required.flatMap((requirement) => requirement.scopes.flat());
  const valuesOf = (attribute: Mention['attribute'], ...more: readonly string[]) => {
    const own = mentions.flatMap((one) => (one.attribute === attribute ? (one.value ?? []) : []));
    return [...new Set([...own, ...more])].sort();
  };
  const each = (kind: CallerColumn['kind'], values: readonly string[]) =>
    values.map((value): CallerColumn => ({ kind, values: [value] }));
  const oneOf = (kind: CallerColumn['kind'], values: readonly string[]): readonly CallerColumn[] =>
    values.length === 0 ? [] : [{ kind, values }];
  const isMentioned = (attribute: Mention['attribute']) =>
    mentions.some((one) => one.attribute === attribute);
  const columns: readonly CallerColumn[] = [
    { kind: 'authenticated', values: ['authenticated'] },
    ...each('scope', valuesOf('scopes', ...scopes)),
    ...each('policy', free),
    ...each('role', valuesOf('roles')),
    ...each('purpose', valuesOf('purposes')),
    // In this order, so that a condition rather names a domain.
    ...oneOf('domain', isMentioned('domain') ? [ANY_DOMAIN] : []),
    ...oneOf('domain', valuesOf('domain')),
    ...oneOf('issuer', valuesOf('issuer')),
    ...oneOf('subject', valuesOf('subject')),
    ...oneOf('kind', isMentioned('kind') ? KINDS : []),
  ];
  const rows = listRows(columns, coordinate, ROWS_ASKED);
  return { columns, rows: rows.filter((row) => hasKind(row, columns) && hasDomain(row, columns)) };
}

const KINDS = ['machine', 'user'] as const;

/** Who is known is a person or a program. */
function hasKind(row: CallerRow, columns: readonly CallerColumn[]): boolean {
  const at = columns.findIndex(({ kind }) => kind === 'kind');
  return at === -1 || (row[at] !== 0) === (row[0] !== 0);
}

/** Who is of a domain that is mentioned is of some domain. */
function hasDomain(row: CallerRow, columns: readonly CallerColumn[]): boolean {
  const held = heldIn(row, columns, 'domain');
  return held.length === 0 || held.includes(ANY_DOMAIN);
}

/** A caller of one kind. */
export function toCaller(row: CallerRow, columns: readonly CallerColumn[]): Principal {
  if (row[0] === 0) return ANONYMOUS;
  const held = (kind: CallerColumn['kind']) => heldIn(row, columns, kind);
  const [any = null, domain = any] = held('domain');
  return toPrincipal({
    kind: held('kind')[0] === 'machine' ? 'machine' : 'user',
    issuer: held('issuer')[0] ?? ANOTHER,
    subject: held('subject')[0] ?? ANOTHER,
    scopes: held('scope'),
    roles: held('role'),
    domain: domain === ANY_DOMAIN ? ANOTHER : domain,
    purposes: held('purpose'),
    claims: [],
    expiresAt: Number.POSITIVE_INFINITY,
  });
}
