import { createHash } from 'node:crypto';

import type { PreparedOperation } from '../operation/prepare-operation.ts';
import type { Selection } from '../operation/selection.ts';
import type { Effect } from '../policy/classification.ts';
import type { AuditEffect, AuditRecord } from './audit-record.ts';

/** What a record says of the operation and the caller's shape: the same each time it runs. */
export interface OperationFacts {
  readonly operation: AuditRecord['operation'];
  readonly products: AuditRecord['products'];
  readonly effects: AuditRecord['effects'];
  /** Effects, as a count. */
  readonly weight: number;
  /** What is denied besides where a variable gave what the caller may not give. */
  readonly guarded: AuditRecord['effects'];
  readonly rulesVersion: string;
  readonly shape: string;
}

/**
 * Finds the facts of a prepared operation.
 *
 * An element counts as shown where at least one selection of it is; conditions of the operation are
 * not looked at, so what `@skip` leaves out counts as asked for. What a variable can give counts as
 * given, and as denied only where that was found in its value.
 *
 * @param text Of the document that it was prepared from.
 * @returns Null where nothing that it touches has a class.
 */
export function toOperationFacts(prepared: PreparedOperation, text: string): OperationFacts | null {
  const { parsed, authorized, classified, plan, shape } = prepared;
  if (classified.coordinates.length === 0) return null;
  const { name, kind, marks } = parsed;
  const shown = findShown(prepared);
  const given = new Set(marks.variables.flatMap((one) => [...one.reachable, ...one.ifAbsent]));
  const asked = findAsked(prepared);
  const effects: Record<string, AuditEffect> = {};
  const guarded: Record<string, AuditEffect> = {};
  for (const coordinate of classified.coordinates) {
    const effect = toAuditEffect(authorized.effects.get(coordinate));
    const isDenied = effect.startsWith('denied:');
    if (asked.has(coordinate)) {
      effects[coordinate] = isDenied || shown.has(coordinate) ? effect : 'denied:requirement';
    } else if (!isDenied) effects[coordinate] = effect;
    if (isDenied && given.has(coordinate)) guarded[coordinate] = effect;
  }
  return {
    operation: { name, kind, sha256: sha256(text) },
    products: [...new Set(findProducts(plan))].sort(),
    effects,
    weight: Object.keys(effects).length,
    guarded,
    rulesVersion: classified.rulesVersion,
    shape: sha256(shape),
  };
}

/** Coordinates of selections that are left, including what is given there. */
function findShown({ parsed, authorized }: PreparedOperation): ReadonlySet<string> {
  const shown = new Set<string>();
  const visit = (selection: Selection): void => {
    if (authorized.denied.has(selection)) return;
    const marks = parsed.marks.ofSelection.get(selection);
    for (const coordinate of [...(marks?.read ?? []), ...(marks?.given ?? [])])
      shown.add(coordinate);
    selection.selections?.forEach(visit);
  };
  parsed.selections.forEach(visit);
  return shown;
}

/** Coordinates of all selections. */
function findAsked({ parsed }: PreparedOperation): ReadonlySet<string> {
  const marks = [...parsed.marks.ofSelection.values()];
  return new Set(marks.flatMap(({ read, given }) => [...read, ...given]));
}

function toAuditEffect(effect: Effect | undefined): AuditEffect {
  if (effect === undefined) return 'allowed';
  if (effect.kind === 'mask') return `masked:${effect.mask.kind}`;
  const { rule, isForMaskedGrant = false } = effect;
  return `denied:${isForMaskedGrant ? 'granted masked' : (rule ?? 'unruled')}`;
}

type PlanNode = PreparedOperation['plan'];

function findProducts(node: PlanNode | undefined): readonly string[] {
  if (!node) return [];
  switch (node.kind) {
    case 'Fetch':
      return [node.serviceName];
    case 'Flatten':
      return findProducts(node.node);
    case 'Sequence':
    case 'Parallel':
      return node.nodes.flatMap(findProducts);
    case 'Condition':
      return [...findProducts(node.ifClause), ...findProducts(node.elseClause)];
    case 'Defer':
      return [node.primary, ...node.deferred].flatMap((part) => findProducts(part.node));
  }
}

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');
