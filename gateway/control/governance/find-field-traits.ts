import type { ClassifiedSchema } from '../../policy/compile-classification.ts';
import type { ProtectedElement, Requirement } from '../../policy/requirement.ts';
import type { RuledElements, Ruling } from '../../policy/rulings.ts';
import { type CallerTraits, collectTraits } from './caller-table.ts';
import type { ReadableElement } from './list-readable.ts';

/** What a table leaves out: it would have too many kinds of callers. */
export type LeftOut = 'masked grants' | 'masked grants of other fields';

/** What tells the callers of a field apart. */
export interface FieldTraits {
  readonly traits: CallerTraits;
  /** Null for nothing. */
  readonly leavesOut: LeftOut | null;
}

/**
 * Finds what tells the callers of a field apart under two versions of the rules, the most precise first.
 *
 * A field that may tell what a mask hides depends on what was granted masked elsewhere, too.
 *
 * @returns None for a field of which both versions say the same.
 */
export function findFieldTraits(
  { coordinate, required, touched, valuesAt }: ReadableElement,
  schema: ClassifiedSchema,
  ruled: readonly RuledElements[],
): readonly FieldTraits[] {
  const own = [...new Set([coordinate, ...touched, ...valuesAt])];
  const others = [...new Set(ruled.flatMap((one) => findHidden(own, schema, one)))];
  const all = [...new Set([...own, ...others])];
  const [before, after] = ruled.map((one) => describeRulings(all, one));
  if (before === after) return [];
  const traitsOf = (at: readonly string[], withMasked: boolean) => {
    const asked = [...required, ...at.flatMap((one) => requirementsAt(one, schema))];
    const grants = asked.flatMap(({ element }) => toGrants(element, withMasked));
    const options = ruled.flatMap(({ rulings }) =>
      at.flatMap((one) => rulings.get(one)?.classes ?? []).flatMap((one) => one.options),
    );
    return collectTraits(options, asked, grants);
  };
  return [
    { traits: traitsOf(all, true), leavesOut: null },
    ...(others.length === 0
      ? []
      : [{ traits: traitsOf(own, true), leavesOut: 'masked grants of other fields' } as const]),
    { traits: traitsOf(own, false), leavesOut: 'masked grants' },
  ];
}

/** What changes data cannot be granted in masked form. */
function toGrants(element: ProtectedElement | undefined, withMasked: boolean) {
  if (element === undefined) return [];
  return [{ coordinate: element.coordinate, inBothForms: withMasked && !element.writes }];
}

/** Values that can be granted masked, and that what stands at these coordinates may tell. */
function findHidden(
  coordinates: readonly string[],
  schema: ClassifiedSchema,
  { rulings, telling, maskable }: RuledElements,
): readonly string[] {
  const told = coordinates.filter((one) => telling.has(one));
  const classes = new Set(told.flatMap((one) => namesOf(rulings.get(one))));
  return [...maskable].flatMap(([coordinate, form]) => {
    const isTold = form.kind === 'value' && form.classes.some((name) => classes.has(name));
    return isTold && requirementsAt(coordinate, schema).length > 0 ? [coordinate] : [];
  });
}

function namesOf(ruling: Ruling | undefined): readonly string[] {
  return ruling?.classes.map(({ name }) => name) ?? [];
}

/** Those of a field, and of the type that it stands on. */
function requirementsAt(
  coordinate: string,
  { requirements }: ClassifiedSchema,
): readonly Requirement[] {
  const [type = ''] = coordinate.split('.');
  const found = [requirements.ofField.get(coordinate), requirements.ofType.get(type)];
  return found.filter((one) => one !== undefined);
}

/** Equal for two versions that say the same of all of these. */
function describeRulings(
  coordinates: readonly string[],
  { rulings, telling, maskable }: RuledElements,
): string {
  return JSON.stringify(
    coordinates.map((one) => [
      rulings
        .get(one)
        ?.classes.map(({ name, options }) => [
          name,
          options.map(({ caller, during, outcome }) => [caller, during, outcome]),
        ]),
      telling.has(one),
      maskable.get(one)?.kind,
    ]),
  );
}
