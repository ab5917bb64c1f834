import type { ErrorCode } from '../../../shared/errors/error-catalog.ts';
import type { Problem } from '../../../shared/errors/problem.ts';
import type { JsonObject } from '../json.ts';
import type { EntitySlot } from './entity-slot.ts';
import { ExplainedPositions } from './explained-positions.ts';
import { ShownEntities } from './shown-entities.ts';
import { TextMemory } from './text-memory.ts';

/** A null that is no error. */
export const NULL = 'null';
/** A null whose error is reported already: it stands where null may stand and rises where not. */
export const FAILED = Symbol('failed');
/** A null where none may stand: the object or list around it becomes null too. */
export const RISING = Symbol('rising');

/** The JSON text of a value, or why there is none. */
export type Written = string | typeof FAILED | typeof RISING;

/** Errors of one kind kept for one answer: a broken list of a million says enough with a hundred. */
const REPORTS_KEPT = 100;

/**
 * The state of one projection: where it is and what it found wrong.
 *
 * `path` is written in place while the shapes descend; only its first `depth`
 * elements count at any time.
 */
export class ProjectionRun {
  readonly path: (string | number)[] = [];
  readonly introspection: JsonObject | null;
  readonly problems: Problem[];
  /**
   * The place of each value with a class that was written, and behind the values of an object whose
   * they are: the number of its slot, below zero, and that of the entity; see `ShownPlaces`.
   */
  readonly shown: number[] = [];
  /** How often an outcome has depended on where the value stands. */
  positionsUsed = 0;
  readonly #met: number;
  readonly #memories: TextMemory[] = [];
  #explained: ExplainedPositions | null = null;
  #entities: ShownEntities | null = null;

  /** @param problems What was met while fetching; projection appends to it. */
  constructor(problems: Problem[], introspection: JsonObject | null) {
    this.problems = problems;
    this.introspection = introspection;
    this.#met = problems.length;
  }

  /** What has been written at one place of the compiled operation. */
  memory(slot: number): TextMemory {
    let memory = this.#memories[slot];
    if (memory === undefined) {
      memory = new TextMemory();
      this.#memories[slot] = memory;
    }
    return memory;
  }

  /** Those that were noted; null for none. */
  get entities(): ShownEntities | null {
    return this.#entities;
  }

  /** Notes whose the values are that were noted in an object. */
  noteEntity(slot: EntitySlot, source: JsonObject): void {
    this.#entities ??= new ShownEntities();
    this.shown.push(-1 - slot.number, this.#entities.identify(slot, source));
  }

  /** Takes back what was noted of values that are not shown after all: what is around them is null. */
  forgetShown(since: number): void {
    if (this.shown.length > since) this.shown.length = since;
  }

  /** A value that does not fit its type. */
  reportInvalid(depth: number): typeof FAILED {
    this.#report(
      'RESPONSE_VALUE_INVALID',
      'A data product answered with a value that does not fit the schema.',
      depth,
    );
    return FAILED;
  }

  /** A null where the schema promises a value, unless an error explains it already. */
  reportNull(depth: number): void {
    if (this.#isExplained(depth)) return;
    this.#report(
      'RESPONSE_NULL_NOT_ALLOWED',
      'A data product answered null where the schema promises a value.',
      depth,
    );
  }

  /**
   * A value that no subgraph gave, not even as null.
   *
   * @returns Null where an error explains it already.
   */
  reportMissing(depth: number): typeof FAILED | typeof NULL {
    if (this.#isExplained(depth)) return NULL;
    this.#report(
      'RESPONSE_VALUE_MISSING',
      'No data product gave this value: what it is asked by, a key or an input, is not there, or the answer lacked it.',
      depth,
    );
    return FAILED;
  }

  #isExplained(depth: number): boolean {
    this.positionsUsed += 1;
    if (this.#met === 0) return false;
    this.#explained ??= new ExplainedPositions(this.problems.slice(0, this.#met));
    return this.#explained.explain(this.path, depth);
  }

  #report(code: ErrorCode, message: string, depth: number): void {
    this.positionsUsed += 1;
    if (this.problems.length - this.#met >= REPORTS_KEPT) return;
    this.problems.push({ code, message, path: this.path.slice(0, depth) });
  }
}
