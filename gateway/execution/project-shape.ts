import type { MaskValue } from '../policy/mask.ts';
import { wasAnsweredNull } from './answered-null.ts';
import type { JsonObject } from './json.ts';
import { FAILED, type ProjectionRun, RISING } from './projection-run.ts';

/**
 * The shapes of an answer: how a value from the subgraphs becomes what the
 * client asked for, one class for each kind of type.
 *
 * @see https://spec.graphql.org/October2021/#sec-Value-Completion
 *
 * @module
 */

/** Completes values of one type. `depth` is the length of the path to the value. */
export interface Shape {
  complete(value: unknown, run: ProjectionRun, depth: number): unknown;
}

/** A scalar or an enum; `accepts` says which JSON values are of the type. */
export class LeafShape implements Shape {
  readonly #accepts: (value: unknown) => boolean;

  constructor(accepts: (value: unknown) => boolean) {
    this.#accepts = accepts;
  }

  complete(value: unknown, run: ProjectionRun, depth: number): unknown {
    if (value === null) return null;
    if (value === undefined) return run.reportMissing(depth);
    return this.#accepts(value) ? value : run.reportInvalid(depth);
  }
}

/** A scalar of which the caller sees what a mask leaves. */
export class MaskedShape implements Shape {
  readonly #accepts: (value: unknown) => boolean;
  readonly #mask: MaskValue;

  constructor(accepts: (value: unknown) => boolean, mask: MaskValue) {
    this.#accepts = accepts;
    this.#mask = mask;
  }

  complete(value: unknown, run: ProjectionRun, depth: number): unknown {
    if (value === null) return null;
    if (value === undefined) return run.reportMissing(depth);
    if (!this.#accepts(value)) return run.reportInvalid(depth);
    const masked = this.#mask(value);
    return masked === undefined ? run.reportInvalid(depth) : masked;
  }
}

export class ListShape implements Shape {
  readonly #element: Shape;

  constructor(element: Shape) {
    this.#element = element;
  }

  complete(value: unknown, run: ProjectionRun, depth: number): unknown {
    if (value === null) return null;
    if (value === undefined) return run.reportMissing(depth);
    if (!Array.isArray(value)) return run.reportInvalid(depth);
    const completed = new Array<unknown>(value.length);
    let risen = false;
    for (let index = 0; index < value.length; index += 1) {
      run.path[depth] = index;
      const element = this.#element.complete(value[index], run, depth + 1);
      if (element === RISING) risen = true;
      else completed[index] = element === FAILED ? null : element;
    }
    return risen ? FAILED : completed;
  }
}

export class NonNullShape implements Shape {
  readonly #inner: Shape;

  constructor(inner: Shape) {
    this.#inner = inner;
  }

  complete(value: unknown, run: ProjectionRun, depth: number): unknown {
    const completed = this.#inner.complete(value, run, depth);
    if (completed === FAILED) return RISING;
    if (completed !== null) return completed;
    run.reportNull(depth);
    return RISING;
  }
}

/** A field that the caller may not read: null without a word, its error stands in the answer already. */
export class DeniedShape implements Shape {
  readonly #outcome: typeof RISING | null;

  constructor(nullable: boolean) {
    this.#outcome = nullable ? null : RISING;
  }

  complete(): unknown {
    return this.#outcome;
  }
}

/** What the gateway knows without asking: a type name. */
export class ConstantShape implements Shape {
  readonly #value: string;

  constructor(value: string) {
    this.#value = value;
  }

  complete(): unknown {
    return this.#value;
  }
}

/** A `__typename` on an object whose concrete type no subgraph told. */
export class UnknownTypeShape implements Shape {
  complete(_value: unknown, run: ProjectionRun, depth: number): unknown {
    run.reportInvalid(depth);
    return RISING;
  }
}

/** Introspection, executed beside the plan and put in its place here. */
export class IntrospectionShape implements Shape {
  readonly #key: string;

  constructor(key: string) {
    this.#key = key;
  }

  complete(_value: unknown, run: ProjectionRun): unknown {
    return run.introspection?.[this.#key] ?? null;
  }
}

/** One field of an object in the order of the client's document. */
export interface ShapedField {
  readonly key: string;
  /** Where the value stands in the data of the plan; mostly the same. */
  readonly dataKey: string;
  readonly shape: Shape;
}

/** Fields by type name; null for a name that clients must not see. */
export type FieldsOfType = (typename: string) => readonly ShapedField[] | null;

interface CompiledFields {
  readonly fields: readonly ShapedField[];
  /** An answer without values: copied, it has every key in its place, and filling it in is cheap. */
  readonly blank: JsonObject;
}

export class ObjectShape implements Shape {
  readonly #typename: string;
  readonly #isAbstract: boolean;
  readonly #compile: FieldsOfType;
  readonly #known = new Map<string, CompiledFields | null>();

  constructor(typename: string, isAbstract: boolean, compile: FieldsOfType) {
    this.#typename = typename;
    this.#isAbstract = isAbstract;
    this.#compile = compile;
  }

  complete(value: unknown, run: ProjectionRun, depth: number): unknown {
    if (value === null) return null;
    if (value === undefined) return run.reportMissing(depth);
    if (typeof value !== 'object' || Array.isArray(value)) return run.reportInvalid(depth);
    const source = value as JsonObject;
    const typename =
      this.#isAbstract && typeof source.__typename === 'string'
        ? source.__typename
        : this.#typename;
    const compiled = this.#compiledFields(typename);
    if (compiled === null) return run.reportInvalid(depth);

    const { fields, blank } = compiled;
    const completed: JsonObject = { ...blank };
    for (let index = 0; index < fields.length; index += 1) {
      const { key, dataKey, shape } = fields[index] as ShapedField;
      run.path[depth] = key;
      let given = source[dataKey];
      if (given === undefined && wasAnsweredNull(source)) given = null;
      const field = shape.complete(given, run, depth + 1);
      if (field === RISING) return FAILED;
      completed[key] = field === FAILED ? null : field;
    }
    return completed;
  }

  #compiledFields(typename: string): CompiledFields | null {
    let compiled = this.#known.get(typename);
    if (compiled === undefined) {
      const fields = this.#compile(typename);
      compiled =
        fields === null
          ? null
          : { fields, blank: Object.fromEntries(fields.map(({ key }) => [key, null])) };
      this.#known.set(typename, compiled);
    }
    return compiled;
  }
}
