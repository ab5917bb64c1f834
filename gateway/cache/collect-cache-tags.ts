import { type ArgumentNode, isObjectType, valueFromASTUntyped } from 'graphql';
import type { PreparedOperation } from '../operation/prepare-operation.ts';
import type { Selection } from '../operation/selection.ts';
import type { CacheTagFormat } from '../supergraph/read-cache-tags.ts';

/** Entities that a product was asked for. */
export interface AskedEntities {
  readonly product: string;
  /** The representations, each as JSON. */
  readonly representations: readonly string[];
}

type Values = Readonly<Record<string, unknown>>;

/** `{$args.filter.id}`, `{$key.id}`. */
const PLACEHOLDER = /\{\$(?:args|key)\.([_A-Za-z]\w*(?:\.[_A-Za-z]\w*)*)\}/g;

/** One tag of one product, as one text. */
export function toTagKey(product: string, tag: string): string {
  return `${product}\n${tag}`;
}

/** The tag of a key that `toTagKey` has written, which its product may share with others. */
export function toTagName(key: string): string {
  return key.slice(key.indexOf('\n') + 1);
}

/**
 * Writes the cache tags of an answer: those of the fields that it begins with, filled with their
 * arguments, and those of the entities that products were asked for, filled with their keys.
 *
 * @returns As `toTagKey` writes them.
 */
export function collectCacheTags(
  { parsed, authorized, snapshot }: PreparedOperation,
  variables: Values | null,
  asked: readonly AskedEntities[],
): ReadonlySet<string> {
  const tags = new Set<string>();
  if (snapshot.cacheTags.length === 0) return tags;
  const values = withDefaults(parsed.definition.variableDefinitions ?? [], variables ?? {});
  addFieldTags(tags, snapshot, authorized.allowed, values);
  const formats = snapshot.cacheTags.filter(({ field }) => field === null);
  for (const { product, representations } of asked) {
    for (const text of representations) {
      for (const tag of tagsOfEntity(formats, product, text)) tags.add(tag);
    }
  }
  return tags;
}

const NO_TAGS: readonly string[] = [];

/**
 * Writes the cache tags of an entity that a product was asked for.
 *
 * @param representation As JSON; empty for none.
 * @returns As `toTagKey` writes them.
 */
export function tagsOfEntity(
  formats: readonly CacheTagFormat[],
  product: string,
  representation: string,
): readonly string[] {
  if (formats.length === 0 || representation === '') return NO_TAGS;
  const own = formats.filter((one) => one.field === null && one.product === product);
  if (own.length === 0) return NO_TAGS;
  const key = JSON.parse(representation) as Values;
  return own
    .filter(({ type }) => key.__typename === type)
    .map(({ format }) => toTagKey(product, fill(format, key)));
}

function addFieldTags(
  tags: Set<string>,
  snapshot: PreparedOperation['snapshot'],
  selections: readonly Selection[],
  variables: Values,
): void {
  for (const selection of selections) {
    if (selection.kind === 'fragment') {
      addFieldTags(tags, snapshot, selection.selections, variables);
      continue;
    }
    const { name, parentType, node } = selection;
    for (const { product, type, field, format } of snapshot.cacheTags) {
      if (field !== name || type !== parentType.name || !isObjectType(parentType)) continue;
      const defaults = parentType.getFields()[name]?.args ?? [];
      const values = Object.fromEntries(defaults.map((one) => [one.name, one.defaultValue]));
      tags.add(
        toTagKey(product, fill(format, { ...values, ...readGiven(node.arguments, variables) })),
      );
    }
  }
}

/** An argument whose variable was not given counts as not given. */
function readGiven(given: readonly ArgumentNode[] | undefined, variables: Values): Values {
  const read = (given ?? []).map(
    ({ name, value }) => [name.value, valueFromASTUntyped(value, variables)] as const,
  );
  return Object.fromEntries(read.filter(([, value]) => value !== undefined));
}

function withDefaults(
  definitions: PreparedOperation['parsed']['definition']['variableDefinitions'],
  given: Values,
): Values {
  const defaults = (definitions ?? []).flatMap(({ variable, defaultValue }) =>
    defaultValue === undefined ? [] : [[variable.name.value, valueFromASTUntyped(defaultValue)]],
  );
  return { ...Object.fromEntries(defaults), ...given };
}

/** What is null or missing leaves nothing; a list or an object stands there as JSON. */
function fill(format: string, values: Values): string {
  return format.replace(PLACEHOLDER, (_, path: string) => {
    let value: unknown = values;
    for (const name of path.split('.')) {
      value = typeof value === 'object' && value !== null ? (value as Values)[name] : undefined;
    }
    if (value === null || value === undefined) return '';
    return typeof value === 'object' ? JSON.stringify(value) : String(value);
  });
}
