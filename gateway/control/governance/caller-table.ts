import { MeshgateError } from '../../../shared/errors/meshgate-error.ts';
import type {
  GrantedElements,
  ProtectedElement,
  Requirement,
  Rights,
} from '../../policy/requirement.ts';
import type { RulingOption } from '../../policy/rulings.ts';
import type { TimeWindow } from '../../policy/windows/time-window.ts';
import type { WindowStates } from '../../policy/windows/window-states.ts';
import { findMoments } from './find-moments.ts';

/** What tells callers apart for one field; each is held or not, but for the domains and purposes. */
export interface CallerTraits {
  readonly scopes: readonly string[];
  readonly policies: readonly string[];
  readonly roles: readonly string[];
  readonly grants: readonly GrantTrait[];
  /** A caller is of one of them or of none that is mentioned. */
  readonly domains: readonly string[];
  /** Like domains. */
  readonly purposes: readonly string[];
  /** Each is open or not when the caller asks. */
  readonly windows: readonly TimeWindow[];
}

/** Something that can be granted. */
export interface GrantTrait {
  readonly coordinate: string;
  /** Whether it is looked at what a grant in masked form opens. */
  readonly inBothForms: boolean;
}

type TraitKind =
  | 'authenticated'
  | 'scope'
  | 'policy'
  | 'role'
  | 'issuer'
  | 'subject'
  | 'kind'
  | 'grant'
  | 'full grant'
  | 'domain'
  | 'purpose'
  | 'during';

/** One column of the table. Of its values a caller has one, or none. */
export interface CallerColumn {
  readonly kind: TraitKind;
  readonly values: readonly string[];
}

/** One kind of caller: for each column the place of the value, counted from 1; 0 is none. */
export type CallerRow = readonly number[];

/** Kinds of callers that are looked at for one field. */
const ROWS_COMPARED = 65_536;

/** Collects what rules and requirements of one field mention. */
export function collectTraits(
  options: readonly Pick<RulingOption, 'caller' | 'during'>[],
  required: readonly Requirement[],
  grants: readonly GrantTrait[],
): CallerTraits {
  const callers = options.map(({ caller }) => caller);
  const windows = options.flatMap(({ during }) => during);
  return {
    scopes: distinct([...callers, ...required].flatMap(({ scopes }) => scopes.flat())),
    policies: distinct(required.flatMap(({ policies }) => policies.flat())),
    roles: distinct(callers.flatMap(({ roles }) => roles.flat())),
    grants: [...new Map(grants.map((grant) => [grant.coordinate, grant])).values()].sort(byPlace),
    domains: distinct(callers.flatMap(({ domains }) => domains)),
    purposes: distinct(callers.flatMap(({ purposes }) => purposes)),
    windows: [...new Map(windows.map((window) => [window.name, window])).values()],
  };
}

/** The table of all callers who can be told apart. */
export interface CallerTable {
  readonly columns: readonly CallerColumn[];
  readonly rows: readonly CallerRow[];
}

/**
 * Lists every kind of caller that can be told apart, at every time that can. Who is not known has policies at
 * most.
 *
 * @throws {MeshgateError} `INPUT_INVALID` where there are more than 65,536.
 */
export function buildCallerTable(traits: CallerTraits, coordinate: string): CallerTable {
  const columns = toColumns(traits);
  const moments = findMoments(traits.windows);
  const limit = Math.floor(ROWS_COMPARED / moments.length);
  const rows = listRows(columns, coordinate, limit).flatMap((row) =>
    moments.map((moment) => [...row, ...moment.map(Number)]),
  );
  return { columns: [...columns, ...toWindowColumns(traits.windows)], rows };
}

/** Tells whether there is a table of these. */
export function fitsTable(traits: CallerTraits): boolean {
  return countRows(toColumns(traits)) * findMoments(traits.windows).length <= ROWS_COMPARED;
}

function countRows(columns: readonly CallerColumn[]): number {
  const count = (product: number, { kind, values }: CallerColumn) =>
    // With the column before it that makes three: none, masked and full.
    kind === 'full grant' ? (product * 3) / 2 : product * (values.length + 1);
  return columns.reduce(count, 1);
}

/**
 * Lists every kind of caller that columns tell apart, the first of which says who is known.
 *
 * @param limit How many there may be.
 * @throws {MeshgateError} `INPUT_INVALID` where there are more.
 */
export function listRows(
  columns: readonly CallerColumn[],
  coordinate: string,
  limit: number,
): readonly CallerRow[] {
  const count = countRows(columns);
  if (count > limit) {
    throw new MeshgateError('INPUT_INVALID', {
      message: `Expected rules and requirements of ${coordinate} that tell at most ${limit} kinds of callers apart; there are ${count}.`,
      details: { coordinate, limit },
    });
  }
  return columns
    .reduce<readonly CallerRow[]>(
      (rows, { kind, values }) =>
        rows.flatMap((row) => {
          const isOpen = kind !== 'full grant' || row.at(-1) !== 0;
          return [...Array(isOpen ? values.length + 1 : 1).keys()].map((at) => [...row, at]);
        }),
      [[]],
    )
    .filter((row) => isPossible(row, columns));
}

function toColumns(traits: CallerTraits): readonly CallerColumn[] {
  const each = (kind: TraitKind, names: readonly string[]): readonly CallerColumn[] =>
    names.map((name) => ({ kind, values: [name] }));
  const oneOf = (kind: TraitKind, values: readonly string[]): readonly CallerColumn[] =>
    values.length === 0 ? [] : [{ kind, values }];
  return [
    { kind: 'authenticated', values: ['authenticated'] },
    ...each('scope', traits.scopes),
    ...each('policy', traits.policies),
    ...each('role', traits.roles),
    ...traits.grants.flatMap(({ coordinate, inBothForms }) => [
      ...each('grant', [coordinate]),
      ...(inBothForms ? each('full grant', [coordinate]) : []),
    ]),
    ...oneOf('domain', traits.domains),
    ...oneOf('purpose', traits.purposes),
  ];
}

/** A column for each window, open or not. */
export function toWindowColumns(windows: readonly TimeWindow[]): readonly CallerColumn[] {
  return windows.map(({ name }) => ({ kind: 'during', values: [name] }));
}

function isPossible(row: CallerRow, columns: readonly CallerColumn[]): boolean {
  const isKnown = row[0] !== 0;
  return isKnown || row.every((at, place) => at === 0 || columns[place]?.kind === 'policy');
}

/** The rights of one kind of caller. Who is granted something in masked form leaves the mask to the rules. */
export function toRights(row: CallerRow, columns: readonly CallerColumn[]): Rights {
  const held = (kind: TraitKind) => heldIn(row, columns, kind);
  return {
    authenticated: held('authenticated').length > 0,
    scopes: new Set(held('scope')),
    policies: new Set(held('policy')),
    roles: new Set(held('role')),
    domain: held('domain')[0] ?? null,
    purpose: held('purpose')[0] ?? null,
    grants: toGrants(held('grant'), held('full grant'), columns),
    windows: toWindowStates(row, columns),
  };
}

function toGrants(
  granted: readonly string[],
  inFull: readonly string[],
  columns: readonly CallerColumn[],
): GrantedElements | null {
  if (granted.length === 0) return null;
  const hasForms = (coordinate: string) =>
    columns.some(({ kind, values }) => kind === 'full grant' && values.includes(coordinate));
  const full = new Set(granted.filter((one) => inFull.includes(one) || !hasForms(one)));
  const masked = new Set(granted.filter((one) => !full.has(one)));
  const covers = ({ coordinate }: ProtectedElement) => full.has(coordinate);
  if (masked.size === 0) return { covers };
  return { covers, maskOf: ({ coordinate }) => (masked.has(coordinate) ? { mask: null } : null) };
}

/** The values of one kind that a row says are held. */
export function heldIn(
  row: CallerRow,
  columns: readonly CallerColumn[],
  kind: TraitKind,
): readonly string[] {
  return columns.flatMap(({ kind: own, values }, place) => {
    const value = values[(row[place] ?? 0) - 1];
    return own === kind && value !== undefined ? [value] : [];
  });
}

/** What the columns of windows say, which hold for as long as one likes. */
export function toWindowStates(row: CallerRow, columns: readonly CallerColumn[]): WindowStates {
  const isOpen = new Map(
    columns.flatMap(({ kind, values }, place) =>
      kind === 'during' ? values.map((name) => [name, row[place] === 1] as const) : [],
    ),
  );
  return { isOpen, fromMs: Number.NEGATIVE_INFINITY, untilMs: Number.POSITIVE_INFINITY };
}

function distinct(names: readonly string[]): readonly string[] {
  return [...new Set(names)].sort();
}

function byPlace(one: GrantTrait, other: GrantTrait): number {
  return one.coordinate < other.coordinate ? -1 : 1;
}
