import { createHash } from 'node:crypto';
import { type AskedTypes, findAskedTypes } from '../operation/asked-types.ts';
import type { PreparedOperation } from '../operation/prepare-operation.ts';
import { Prospect } from './prospect.ts';

/** For whom the latest answer of an operation could be kept; null before there was one. */
export type LatestScope = 'shared' | 'own' | 'nobody' | null;

/** What the cache knows of one operation for one authorization shape. */
export class CachedOperation {
  /** Of its identity: the beginning of every key. */
  readonly digest: string;
  /** Whether its answers depend on the variables at all. */
  readonly takesVariables: boolean;
  /** Keys of its kept answers. */
  readonly keys = new Set<string>();
  /** What these take of the memory, by an estimate. */
  bytes = 0;
  latest: LatestScope = null;
  readonly prospect = new Prospect();
  /** Names of the products that may be asked. */
  readonly products: readonly string[];
  readonly #types: ReadonlyMap<string, AskedTypes>;

  constructor({ identity, parsed, plan, snapshot }: PreparedOperation) {
    this.digest = createHash('sha256').update(identity).digest('base64url');
    this.takesVariables = (parsed.definition.variableDefinitions?.length ?? 0) > 0;
    this.#types = findAskedTypes(plan, snapshot.schema);
    this.products = [...this.#types.keys()];
  }

  /**
   * Whether its answers may hold data of a product.
   *
   * @param type Only of this type; null for any.
   */
  asks(product: string, type: string | null): boolean {
    return this.#types.get(product)?.include(type) ?? false;
  }

  /** Names of the types that its answers may hold data of, from one product; `*` for such as clients cannot see. */
  typesOf(product: string): Iterable<string> {
    return this.#types.get(product)?.all ?? [];
  }

  /** Whether all that its answers hold of a type was asked of the product by the keys of entities. */
  asksByKey(product: string, type: string): boolean {
    return this.#types.get(product)?.areKeyed(type) ?? false;
  }
}

/**
 * Whether answers of an operation may be kept at all: it is a query that asks products, and nothing
 * of the schema, whose visible part is not the products' to say.
 */
export function isCacheable({ parsed, plan }: PreparedOperation): boolean {
  if (parsed.kind !== 'query' || plan === null) return false;
  return !asksForSchema(parsed.selections);
}

function asksForSchema(selections: PreparedOperation['parsed']['selections']): boolean {
  return selections.some((selection) =>
    selection.kind === 'field'
      ? selection.name === '__schema' || selection.name === '__type'
      : asksForSchema(selection.selections),
  );
}
