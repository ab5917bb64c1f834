import type { Classification } from '../../policy/classification.ts';
import type { ClassificationRules } from '../../policy/classification-rules.ts';
import type { ClassifiedSchema } from '../../policy/compile-classification.ts';
import type { Mask } from '../../policy/mask.ts';
import { isSatisfied, type Rights } from '../../policy/requirement.ts';
import { buildRulings } from '../../policy/rulings.ts';
import {
  buildCallerTable,
  type CallerRow,
  type CallerTraits,
  fitsTable,
  toRights,
} from './caller-table.ts';
import { type CallerCondition, describeCallers } from './describe-callers.ts';
import { findFieldTraits, type LeftOut } from './find-field-traits.ts';
import type { ReadableElement } from './list-readable.ts';

/** One version of the rules, as it is written and made ready for the supergraph. */
export interface RulesVersion {
  readonly rules: ClassificationRules;
  readonly classification: Classification;
}

/** How a field is read. */
export interface ReadForm {
  readonly read: 'yes' | 'masked' | 'no';
  /** Names of its masks; of an interface's field each with the coordinate where values stand. */
  readonly masks: readonly string[];
}

/** Callers for whom a field is read otherwise under new rules. */
export interface RuleChange {
  readonly coordinate: string;
  readonly before: ReadForm;
  readonly after: ReadForm;
  /** False exactly where less can be read than before; of two masks it is not known which tells more. */
  readonly opens: boolean;
  /** An OR; with all other callers nothing changes so. */
  readonly callers: readonly CallerCondition[];
}

/** A field of which it is not told what rules change for some callers: their kinds are too many. */
export interface UntoldCallers {
  readonly coordinate: string;
  /** What they have. */
  readonly having: LeftOut;
}

export interface RuleComparison {
  /** In order of coordinates, like what is not told. */
  readonly changes: readonly RuleChange[];
  readonly untold: readonly UntoldCallers[];
}

/**
 * Finds every field that becomes readable, masked or unreadable by other rules, and for whom.
 *
 * For each field all callers and times are gone through that differ in something that the rules or requirements of
 * that field mention, and both versions are asked as a request asks them. Nothing is sampled. Where masked grants
 * make too many kinds of callers, they are left out and that is said.
 *
 * @throws {MeshgateError} `INPUT_INVALID` where a field tells too many kinds of callers apart without them.
 */
export function compareRules(
  elements: readonly ReadableElement[],
  schema: ClassifiedSchema,
  older: RulesVersion,
  newer: RulesVersion,
): RuleComparison {
  const ruled = [older, newer].map(({ rules }) => buildRulings(rules, schema, true));
  const changes: RuleChange[] = [];
  const untold: UntoldCallers[] = [];
  const fields = elements
    .filter(({ kind }) => kind === 'field')
    .sort((one, other) => (one.coordinate < other.coordinate ? -1 : 1));
  for (const field of fields) {
    const found = findFieldTraits(field, schema, ruled);
    const fitting = found.find(({ traits }) => fitsTable(traits)) ?? found.at(-1);
    if (fitting === undefined) continue;
    const { traits, leavesOut } = fitting;
    changes.push(...compareField(field, traits, older.classification, newer.classification));
    if (leavesOut !== null) untold.push({ coordinate: field.coordinate, having: leavesOut });
  }
  return { changes, untold };
}

const UNREADABLE: ReadForm = { read: 'no', masks: [] };

function compareField(
  element: ReadableElement,
  traits: CallerTraits,
  older: Classification,
  newer: Classification,
): readonly RuleChange[] {
  const { coordinate } = element;
  const { columns, rows } = buildCallerTable(traits, coordinate);
  const changed = new Map<string, { before: ReadForm; after: ReadForm; wanted: CallerRow[] }>();
  for (const row of rows) {
    const rights = toRights(row, columns);
    const [before, after] = [readAs(element, rights, older), readAs(element, rights, newer)];
    const key = JSON.stringify([before, after]);
    if (JSON.stringify(before) === JSON.stringify(after)) continue;
    const known = changed.get(key);
    if (known === undefined) changed.set(key, { before, after, wanted: [row] });
    else known.wanted.push(row);
  }
  return [...changed.values()].map(({ before, after, wanted }) => {
    const own = new Set(wanted);
    const others = rows.filter((row) => !own.has(row));
    const opens = after.read !== 'no' && before.read !== 'yes';
    return { coordinate, before, after, opens, callers: describeCallers(wanted, others, columns) };
  });
}

function readAs(
  { required, touched, valuesAt }: ReadableElement,
  rights: Rights,
  classification: Classification,
): ReadForm {
  const opened = classification.openedBy(rights);
  if (required.some((one) => !isSatisfied(one, opened))) return UNREADABLE;
  const effects = classification.effectsOf([...touched, ...valuesAt], rights);
  if (touched.some((coordinate) => effects.get(coordinate)?.kind === 'deny')) return UNREADABLE;
  const masks = valuesAt.flatMap((coordinate) => {
    const effect = effects.get(coordinate);
    if (effect?.kind !== 'mask') return [];
    const name = nameOf(effect.mask);
    return [valuesAt.length === 1 ? name : `${coordinate} ${name}`];
  });
  return { read: masks.length === 0 ? 'yes' : 'masked', masks };
}

function nameOf(mask: Mask): string {
  if (mask.kind === 'bucket') return `bucket:${mask.size}`;
  if (mask.kind === 'keepFirst' || mask.kind === 'keepLast') {
    return `${mask.kind}:${mask.characters}`;
  }
  return mask.kind;
}
