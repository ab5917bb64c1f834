import type { Classification } from '../policy/classification.ts';
import type { ClassificationRules } from '../policy/classification-rules.ts';
import {
  type CompiledClassification,
  compileClassification,
} from '../policy/compile-classification.ts';
import type { SupergraphSnapshot } from './supergraph-snapshot.ts';

/** Told when rules were made ready for a supergraph, with what does not fit together. */
export type OnClassified = (compiled: CompiledClassification, rules: ClassificationRules) => void;

/**
 * The one place that says which governance rules are in force.
 *
 * A swap replaces a single reference: a request that was prepared before ends as it began, and one that
 * comes after it is decided by the new rules, because their version is part of every shape.
 */
export class LiveClassification {
  readonly #secret: string | null;
  readonly #onClassified: OnClassified;
  #rules: ClassificationRules;
  #compiled = new WeakMap<SupergraphSnapshot, CompiledClassification>();
  #latest: SupergraphSnapshot | null = null;

  /** @param secret Of hashes; null lets no hash be used. */
  constructor(rules: ClassificationRules, secret: string | null, onClassified: OnClassified) {
    this.#rules = rules;
    this.#secret = secret;
    this.#onClassified = onClassified;
  }

  get rules(): ClassificationRules {
    return this.#rules;
  }

  /** The rules in force, made ready for a supergraph when that is first asked for. */
  of(snapshot: SupergraphSnapshot): Classification {
    this.#latest = snapshot;
    let compiled = this.#compiled.get(snapshot);
    if (compiled === undefined) {
      compiled = compileClassification(this.#rules, snapshot, this.#secret);
      this.#compiled.set(snapshot, compiled);
      this.#onClassified(compiled, this.#rules);
    }
    return compiled;
  }

  /** Requests that come from now on are decided by these rules. */
  swap(rules: ClassificationRules): void {
    this.#rules = rules;
    this.#compiled = new WeakMap();
    // The work is done, and what does not fit is said, before somebody asks.
    if (this.#latest !== null) this.of(this.#latest);
  }
}
