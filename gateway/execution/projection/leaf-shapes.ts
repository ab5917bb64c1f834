import { NULL, type ProjectionRun, type Written } from './projection-run.ts';
import { ASKED_LEAF, type Leaf, type Shape } from './shape.ts';
import { writeName, writeString } from './write-string.ts';

/**
 * The shapes of scalars and enums.
 *
 * @module
 */

/** Which JSON values are of a scalar. */
type JsonKind = 'string' | 'integer' | 'fraction' | 'boolean';

const KINDS_BY_SCALAR: Readonly<Record<string, readonly JsonKind[]>> = {
  Int: ['integer'],
  Float: ['integer', 'fraction'],
  Boolean: ['boolean'],
  String: ['string'],
  ID: ['string', 'integer'],
};

/** The shape of a scalar, by its name; one that GraphQL does not define takes any JSON value. */
export function toScalarShape(name: string): Shape {
  const kinds = KINDS_BY_SCALAR[name];
  return kinds === undefined ? new CustomScalarShape() : new ScalarShape(kinds);
}

class ScalarShape implements Shape {
  readonly leaf: Leaf;
  readonly #takesFractions: boolean;
  readonly #takesBooleans: boolean;

  constructor(kinds: readonly JsonKind[]) {
    this.leaf = {
      takesStrings: kinds.includes('string'),
      takesIntegers: kinds.includes('integer'),
    };
    this.#takesFractions = kinds.includes('fraction');
    this.#takesBooleans = kinds.includes('boolean');
  }

  write(value: unknown, run: ProjectionRun, depth: number): Written {
    if (typeof value === 'number' && this.#takesNumber(value)) return `${value}`;
    if (typeof value === 'string' && this.leaf.takesStrings) return writeString(value);
    if (typeof value === 'boolean' && this.#takesBooleans) return value ? 'true' : 'false';
    if (value === null) return NULL;
    return value === undefined ? run.reportMissing(depth) : run.reportInvalid(depth);
  }

  /** JSON has no infinity, but `1e999` is read as one. */
  #takesNumber(value: number): boolean {
    if (Number.isInteger(value)) return this.leaf.takesIntegers;
    return this.#takesFractions && Number.isFinite(value);
  }
}

class CustomScalarShape implements Shape {
  readonly leaf = { takesStrings: true, takesIntegers: true };

  write(value: unknown, run: ProjectionRun, depth: number): Written {
    if (value === null) return NULL;
    // A key that no object has can still be found on its prototype.
    if (typeof value === 'function') return run.reportInvalid(depth);
    return JSON.stringify(value) ?? run.reportMissing(depth);
  }
}

/** Its values are names, which stand in JSON as they are. */
export class EnumShape implements Shape {
  readonly leaf = ASKED_LEAF;
  readonly #texts: ReadonlyMap<unknown, string>;

  constructor(values: readonly string[]) {
    this.#texts = new Map(values.map((value) => [value, writeName(value)]));
  }

  write(value: unknown, run: ProjectionRun, depth: number): Written {
    if (value === null) return NULL;
    if (value === undefined) return run.reportMissing(depth);
    return this.#texts.get(value) ?? run.reportInvalid(depth);
  }
}
