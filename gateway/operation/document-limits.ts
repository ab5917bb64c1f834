import {
  type DocumentNode,
  type FragmentDefinitionNode,
  Kind,
  type OperationDefinitionNode,
  type SelectionSetNode,
} from 'graphql';
import type { ErrorCode } from '../../shared/errors/error-catalog.ts';
import type { Problem } from '../../shared/errors/problem.ts';

/** Bounds on one document; each is a count. */
export interface DocumentLimits {
  /** Lexical tokens, checked while parsing. */
  readonly tokens: number;
  /** Nesting of fields, fragments written out. */
  readonly depth: number;
  /** Aliases, counted where they are written. */
  readonly aliases: number;
  /** Fields at the root of the operation, fragments written out. */
  readonly rootFields: number;
  /** Directives, counted where they are written. */
  readonly directives: number;
  /** Fields and fragments after every named fragment is written out. */
  readonly selections: number;
}

/**
 * Checks a parsed document against its limits, before validation: validation
 * itself takes longer than linear time on some hostile documents.
 *
 * Every fragment is measured once, so a document whose fragments spread each
 * other many times costs no more than its length. A cycle counts as no depth
 * here; validation refuses it.
 *
 * @returns The first limit that is exceeded, or null.
 */
export function checkDocumentLimits(
  document: DocumentNode,
  operation: OperationDefinitionNode,
  limits: DocumentLimits,
): Problem | null {
  const measure = new DocumentMeasure(document);
  const counted: readonly (readonly [ErrorCode, string, number, number])[] = [
    ['DOCUMENT_ALIASES_EXCEEDED', 'aliases', measure.aliases, limits.aliases],
    ['DOCUMENT_DIRECTIVES_EXCEEDED', 'directives', measure.directives, limits.directives],
    [
      'DOCUMENT_DEPTH_EXCEEDED',
      'levels of fields',
      measure.depthOf(operation.selectionSet),
      limits.depth,
    ],
    [
      'DOCUMENT_ROOT_FIELDS_EXCEEDED',
      'root fields',
      measure.rootFieldsOf(operation.selectionSet),
      limits.rootFields,
    ],
  ];
  for (const [code, what, given, limit] of counted) {
    if (given > limit) {
      return {
        code,
        message: `The document may have at most ${limit} ${what} and has ${given === Number.POSITIVE_INFINITY ? 'more' : given}; split it into several requests.`,
        details: { limit },
      };
    }
  }
  return null;
}

class DocumentMeasure {
  aliases = 0;
  directives = 0;
  readonly #fragments = new Map<string, FragmentDefinitionNode>();
  readonly #depths = new Map<string, number>();
  readonly #rootFields = new Map<string, number>();

  constructor(document: DocumentNode) {
    for (const definition of document.definitions) {
      if (definition.kind === Kind.FRAGMENT_DEFINITION) {
        this.#fragments.set(definition.name.value, definition);
      }
      if ('selectionSet' in definition) {
        this.directives += definition.directives?.length ?? 0;
        this.#count(definition.selectionSet);
      }
    }
  }

  #count(root: SelectionSetNode): void {
    const pending = [root];
    for (let set = pending.pop(); set !== undefined; set = pending.pop()) {
      for (const selection of set.selections) {
        this.directives += selection.directives?.length ?? 0;
        if (selection.kind === Kind.FIELD && selection.alias !== undefined) this.aliases += 1;
        if (selection.kind !== Kind.FRAGMENT_SPREAD && selection.selectionSet !== undefined) {
          pending.push(selection.selectionSet);
        }
      }
    }
  }

  depthOf(set: SelectionSetNode): number {
    let deepest = 0;
    for (const selection of set.selections) {
      deepest = Math.max(
        deepest,
        selection.kind === Kind.FIELD
          ? 1 + (selection.selectionSet === undefined ? 0 : this.depthOf(selection.selectionSet))
          : selection.kind === Kind.INLINE_FRAGMENT
            ? this.depthOf(selection.selectionSet)
            : this.#ofFragment(selection.name.value, this.#depths, (below) => this.depthOf(below)),
      );
    }
    return deepest;
  }

  rootFieldsOf(set: SelectionSetNode): number {
    let fields = 0;
    for (const selection of set.selections) {
      fields +=
        selection.kind === Kind.FIELD
          ? 1
          : selection.kind === Kind.INLINE_FRAGMENT
            ? this.rootFieldsOf(selection.selectionSet)
            : this.#ofFragment(selection.name.value, this.#rootFields, (below) =>
                this.rootFieldsOf(below),
              );
    }
    return fields;
  }

  #ofFragment(
    name: string,
    known: Map<string, number>,
    measure: (set: SelectionSetNode) => number,
  ): number {
    const measured = known.get(name);
    if (measured !== undefined) return measured;
    const fragment = this.#fragments.get(name);
    if (fragment === undefined) return 0;
    known.set(name, 0);
    const fresh = measure(fragment.selectionSet);
    known.set(name, fresh);
    return fresh;
  }
}
