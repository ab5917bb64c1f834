import {
  type GraphQLOutputType,
  type GraphQLSchema,
  getNamedType,
  isCompositeType,
  isInterfaceType,
  isObjectType,
  isOutputType,
  isUnionType,
} from 'graphql';
import type {
  ClassificationRule,
  ClassificationRules,
  DataClass,
  RuleCaller,
  RuleSubject,
} from './classification-rules.ts';
import { fitsType, type Mask } from './mask.ts';
import type { ElementTags, TagIndex } from './tag-index.ts';
import type { TimeWindow } from './windows/time-window.ts';

/** What a rule comes to at one element. */
export type Outcome = 'allow' | 'deny' | Mask;

/** One rule that speaks of an element. */
export interface RulingOption {
  readonly rule: string;
  readonly caller: RuleCaller;
  /** It holds while one of these is open; empty for at any time. */
  readonly during: readonly TimeWindow[];
  readonly outcome: Outcome;
}

/** The rules that speak of an element for one of its classes, in their order. */
export interface ClassRuling {
  readonly name: string;
  readonly options: readonly RulingOption[];
}

/** All that is ruled of an element, the strictest class first; elements of equal rulings share one. */
export interface Ruling {
  readonly classes: readonly ClassRuling[];
}

/** A rule that would mask an element and has no mask that fits it. */
export interface Misfit {
  readonly rule: string;
  readonly coordinate: string;
}

/** What is ruled of a schema, by coordinate, and what of the rules does not come to what they say. */
export interface RuledElements {
  readonly rulings: ReadonlyMap<string, Ruling>;
  readonly misfits: readonly Misfit[];
  /** Rules that would hash something and cannot, by name. */
  readonly withoutHash: ReadonlySet<string>;
  /** What can be granted in masked form, by coordinate. */
  readonly maskable: ReadonlyMap<string, Maskable>;
  /** What is given, and what is computed from something with a class: it may tell what a mask hides. */
  readonly telling: ReadonlySet<string>;
}

/** An element that can be shown in masked form whatever the rules say. */
export type Maskable =
  | {
      readonly kind: 'value';
      readonly type: GraphQLOutputType;
      readonly classes: readonly string[];
    }
  /** An object type. */
  | { readonly kind: 'type' }
  /** A field that returns objects, masked as their type is. */
  | { readonly kind: 'objects'; readonly of: string };

/**
 * Finds what is ruled of each element that has a class.
 *
 * @param canHash Whether there is a secret to hash with; otherwise no hash fits.
 */
export function buildRulings(
  rules: ClassificationRules,
  { tags, schema }: { readonly tags: TagIndex; readonly schema: GraphQLSchema },
  canHash: boolean,
): RuledElements {
  const rulings = new Map<string, Ruling>();
  const shared = new Map<string, Ruling>();
  const misfits: Misfit[] = [];
  const withoutHash = new Set<string>();
  const maskable = new Map<string, Maskable>();
  const telling = new Set<string>();
  const noHash = canHash ? null : (rule: string) => void withoutHash.add(rule);
  const maskAt = createMaskFit(rules, tags, schema, noHash);
  for (const [coordinate, element] of tags) {
    const classes = rules.classes.flatMap((dataClass) => {
      if (!hasClass([...element.own, ...element.derived], dataClass)) return [];
      const options = rules.rules
        .filter(({ subject }) => names(subject, coordinate, dataClass, element))
        .map((rule): RulingOption => {
          const outcome =
            rule.effect === 'mask' ? maskAt(rule, coordinate, dataClass) : rule.effect;
          if (outcome === null) misfits.push({ rule: rule.name, coordinate });
          const { name, caller, during } = rule;
          return { rule: name, caller, during, outcome: outcome ?? 'deny' };
        });
      return [{ name: dataClass.name, options }];
    });
    if (classes.length === 0) continue;
    const key = JSON.stringify(
      classes.map(({ name, options }) => [
        name,
        options.map(({ rule, outcome }) => [rule, outcome]),
      ]),
    );
    const ruling = shared.get(key) ?? { classes };
    shared.set(key, ruling);
    rulings.set(coordinate, ruling);
    const form = findMaskable(coordinate, ruling, rules, { tags, schema });
    if (form === 'telling') telling.add(coordinate);
    else if (form !== null) maskable.set(coordinate, form);
  }
  return { rulings, misfits, withoutHash, maskable, telling };
}

/** Only what is marked itself: of what somebody has computed from it nobody knows what it tells. */
function findMaskable(
  coordinate: string,
  ruling: Ruling,
  { classes }: ClassificationRules,
  { tags, schema }: { readonly tags: TagIndex; readonly schema: GraphQLSchema },
): Maskable | 'telling' | null {
  const names = ruling.classes.map(({ name }) => name);
  const hasOwn = (at: string) =>
    classes
      .filter(({ name }) => names.includes(name))
      .every((one) => hasClass(tags.get(at)?.own ?? [], one));
  const [typeName = ''] = coordinate.split('.');
  const found = findOutput(schema, coordinate);
  if (found === null || !hasOwn(coordinate)) return 'telling';
  // A value is masked where it stands, and no value stands on an interface.
  if (!isObjectType(schema.getType(typeName))) return null;
  if (found.kind === 'type') return { kind: 'type' };
  const returned = getNamedType(found.type);
  if (!isCompositeType(returned)) return { kind: 'value', type: found.type, classes: names };
  if (!isObjectType(returned) || !hasOwn(returned.name)) return null;
  return { kind: 'objects', of: returned.name };
}

function hasClass(tags: readonly string[], dataClass: DataClass): boolean {
  return dataClass.tags.some((tag) => tags.includes(tag));
}

function names(
  { classes, tags, coordinates }: RuleSubject,
  coordinate: string,
  dataClass: DataClass,
  { own, derived }: ElementTags,
): boolean {
  return (
    (classes.length === 0 || classes.includes(dataClass.name)) &&
    (tags.length === 0 || tags.some((tag) => own.includes(tag) || derived.includes(tag))) &&
    (coordinates.length === 0 || coordinates.includes(coordinate))
  );
}

/** Finds what masking comes to at an element; null where no mask of the rule fits. */
type MaskFit = (
  rule: ClassificationRule,
  coordinate: string,
  dataClass: DataClass,
) => Outcome | null;

/** @param noHash Told where a hash would be used; null where it can be. */
function createMaskFit(
  { classes }: ClassificationRules,
  tags: TagIndex,
  schema: GraphQLSchema,
  noHash: ((rule: string) => void) | null,
): MaskFit {
  const hasOwn = (coordinate: string, name: string): boolean => {
    const dataClass = classes.find((one) => one.name === name);
    return dataClass !== undefined && hasClass(tags.get(coordinate)?.own ?? [], dataClass);
  };
  const ofField = (rule: ClassificationRule, type: GraphQLOutputType, name: string) => {
    const returned = getNamedType(type);
    // An object is shown where its type has the class too, as then its values are masked.
    if (isUnionType(returned)) return null;
    if (isCompositeType(returned)) return hasOwn(returned.name, name) ? 'allow' : null;
    const fitting = rule.masks.filter((mask) => fitsType(mask, type));
    if (noHash === null || fitting[0]?.kind !== 'hash') return fitting[0] ?? null;
    noHash(rule.name);
    return fitting.find(({ kind }) => kind !== 'hash') ?? null;
  };
  return (rule, coordinate, { name }) => {
    const found = findOutput(schema, coordinate);
    // What is given cannot be masked: who sees a value masked may not ask by it either.
    if (found === null) return 'deny';
    // Masks are made for a value and not for what somebody has computed from it.
    if (!hasOwn(coordinate, name)) return null;
    if (found.kind === 'field') return ofField(rule, found.type, name);
    return found.isUnion ? null : 'allow';
  };
}

type Output =
  | { readonly kind: 'type'; readonly isUnion: boolean }
  | { readonly kind: 'field'; readonly type: GraphQLOutputType };

/** Null for what is given, and for what clients do not see. */
function findOutput(schema: GraphQLSchema, coordinate: string): Output | null {
  const [typeName = '', fieldName] = coordinate.split('.');
  const type = schema.getType(typeName);
  if (fieldName === undefined) {
    return isCompositeType(type) ? { kind: 'type', isUnion: isUnionType(type) } : null;
  }
  if (!isObjectType(type) && !isInterfaceType(type)) return null;
  const field = type.getFields()[fieldName];
  return isOutputType(field?.type) ? { kind: 'field', type: field.type } : null;
}
