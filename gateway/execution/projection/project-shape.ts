import type { JsonObject } from '../json.ts';
import type { Members } from './object-members.ts';
import { FAILED, NULL, type ProjectionRun, RISING, type Written } from './projection-run.ts';
import { ASKED_LEAF, type Leaf, type Shape } from './shape.ts';
import type { MemorySlots } from './text-memory.ts';
import { writeName } from './write-string.ts';

/**
 * The shapes of an answer: how a value from the subgraphs becomes the text that
 * the client asked for, one class for each kind of type.
 *
 * @see https://spec.graphql.org/October2021/#sec-Value-Completion
 *
 * @module
 */

/** A list is known by its identity. */
const NO_VALUES: readonly unknown[] = [];

export class ListShape implements Shape {
  readonly leaf = null;
  readonly #element: Shape;
  readonly #slot: number | null;

  /** @param slots Null where it meets one list only, so that nothing is worth remembering. */
  constructor(element: Shape, slots: MemorySlots | null) {
    this.#element = element;
    this.#slot = slots?.take() ?? null;
  }

  write(value: unknown, run: ProjectionRun, depth: number): Written {
    if (value === null) return NULL;
    if (value === undefined) return run.reportMissing(depth);
    if (!Array.isArray(value)) return run.reportInvalid(depth);
    if (this.#slot === null) return this.#writeElements(value, run, depth);
    const memory = run.memory(this.#slot);
    if (!memory.pays) return this.#writeElements(value, run, depth);
    const known = memory.find(value);
    if (known !== undefined) return memory.use(known, run.shown);
    memory.noteMiss();
    const { positionsUsed, shown } = run;
    const { length: since } = shown;
    const text = this.#writeElements(value, run, depth);
    if (typeof text === 'string' && run.positionsUsed === positionsUsed) {
      memory.keep(value, NO_VALUES, text, shown, since);
    }
    return text;
  }

  #writeElements(list: readonly unknown[], run: ProjectionRun, depth: number): Written {
    const element = this.#element;
    const { length: since } = run.shown;
    let text = '';
    let risen = false;
    for (let index = 0; index < list.length; index += 1) {
      run.path[depth] = index;
      const written = element.write(list[index], run, depth + 1);
      if (typeof written === 'string') text += index === 0 ? `[${written}` : `,${written}`;
      else if (written === RISING) risen = true;
      else text += index === 0 ? '[null' : ',null';
    }
    if (risen) {
      run.forgetShown(since);
      return FAILED;
    }
    return text === '' ? '[]' : `${text}]`;
  }
}

export class NonNullShape implements Shape {
  readonly leaf: Leaf | null;
  readonly #inner: Shape;

  constructor(inner: Shape) {
    this.leaf = inner.leaf;
    this.#inner = inner;
  }

  write(value: unknown, run: ProjectionRun, depth: number): Written {
    const written = this.#inner.write(value, run, depth);
    if (typeof written !== 'string') return RISING;
    if (written !== NULL) return written;
    run.reportNull(depth);
    return RISING;
  }
}

/** A field that the caller may not read: null without a word, its error stands in the answer already. */
export class DeniedShape implements Shape {
  readonly leaf = null;
  readonly #outcome: Written;

  constructor(nullable: boolean) {
    this.#outcome = nullable ? NULL : RISING;
  }

  write(): Written {
    return this.#outcome;
  }
}

/** What the gateway knows without asking: a type name. */
export class ConstantShape implements Shape {
  readonly leaf = ASKED_LEAF;
  readonly #text: string;

  constructor(value: string) {
    this.#text = writeName(value);
  }

  write(): Written {
    return this.#text;
  }
}

/** A `__typename` on an object whose concrete type no subgraph told. */
export class UnknownTypeShape implements Shape {
  readonly leaf = null;

  write(_value: unknown, run: ProjectionRun, depth: number): Written {
    run.reportInvalid(depth);
    return RISING;
  }
}

/** Introspection, executed beside the plan and put in its place here. */
export class IntrospectionShape implements Shape {
  readonly leaf = null;
  readonly #key: string;

  constructor(key: string) {
    this.#key = key;
  }

  write(_value: unknown, run: ProjectionRun): Written {
    return JSON.stringify(run.introspection?.[this.#key] ?? null);
  }
}

/** Members by type name; null for a name that clients must not see. */
export type MembersOfType = (typename: string) => readonly Members[] | null;

export class ObjectShape implements Shape {
  readonly leaf = null;
  readonly #typename: string;
  readonly #isAbstract: boolean;
  readonly #compile: MembersOfType;
  #own: readonly Members[] | null | undefined;
  readonly #known = new Map<string, readonly Members[] | null>();

  constructor(typename: string, isAbstract: boolean, compile: MembersOfType) {
    this.#typename = typename;
    this.#isAbstract = isAbstract;
    this.#compile = compile;
  }

  write(value: unknown, run: ProjectionRun, depth: number): Written {
    if (value === null) return NULL;
    if (value === undefined) return run.reportMissing(depth);
    if (typeof value !== 'object' || Array.isArray(value)) return run.reportInvalid(depth);
    const source = value as JsonObject;
    const members =
      this.#isAbstract && typeof source.__typename === 'string'
        ? this.#membersOf(source.__typename)
        : this.#ownMembers();
    if (members === null) return run.reportInvalid(depth);
    const { length: since } = run.shown;
    let text = '';
    for (let index = 0; index < members.length; index += 1) {
      const written = (members[index] as Members).write(source, run, depth);
      if (typeof written !== 'string') {
        run.forgetShown(since);
        return FAILED;
      }
      text += written;
    }
    return text === '' ? '{}' : text;
  }

  #ownMembers(): readonly Members[] | null {
    if (this.#own === undefined) this.#own = this.#membersOf(this.#typename);
    return this.#own;
  }

  #membersOf(typename: string): readonly Members[] | null {
    let members = this.#known.get(typename);
    if (members === undefined) {
      members = this.#compile(typename);
      this.#known.set(typename, members);
    }
    return members;
  }
}
