import type { RootCall, RootedLoad } from '../calls/execution-doors.ts';
import type { KnownAnswer } from '../calls/known-answer.ts';
import { isSameJson } from './is-same-json.ts';

/** A call and what it was answered. */
export type RememberedCall =
  | { readonly kind: 'root'; readonly call: RootCall; readonly answer: KnownAnswer }
  | { readonly kind: 'entities'; readonly load: RootedLoad; readonly answer: LoadedEntities };

/** The entities that one load was answered with. */
export class LoadedEntities {
  /** Never written into. */
  readonly entities: readonly unknown[];
  /** Lists that were found to be equal, so that none is compared twice. */
  readonly #equals = new WeakSet<readonly unknown[]>();

  constructor(entities: readonly unknown[]) {
    this.entities = entities;
    this.#equals.add(entities);
  }

  equal(others: readonly unknown[] | null): boolean {
    if (others === null) return false;
    if (this.#equals.has(others)) return true;
    const areEqual = isSameJson(others, this.entities);
    if (areEqual) this.#equals.add(others);
    return areEqual;
  }
}

/** Bytes of memory that a byte of JSON takes when it is parsed into small objects, measured roughly. */
const BYTES_PARSED = 4;

/** All that was asked of the subgraphs for one answer, and the answer. */
export class RememberedRun<Result> {
  readonly result: Result;
  /** Of memory, roughly. */
  readonly bytes: number;
  readonly #calls: ReadonlyMap<object, readonly RememberedCall[]>;

  constructor(
    calls: ReadonlyMap<object, readonly RememberedCall[]>,
    result: Result,
    resultBytes: number,
  ) {
    this.#calls = calls;
    this.result = result;
    let bytes = resultBytes;
    for (const made of calls.values()) for (const call of made) bytes += bytesOf(call);
    this.bytes = bytes;
  }

  /** What a step has asked; nothing where it had nothing to ask. */
  callsOf(step: object): readonly RememberedCall[] {
    return this.#calls.get(step) ?? [];
  }
}

function bytesOf(remembered: RememberedCall): number {
  if (remembered.kind === 'root')
    return remembered.answer.bytes.length + remembered.call.body.length;
  const { joined } = remembered.load.representations;
  return 2 * joined.length + BYTES_PARSED * JSON.stringify(remembered.answer.entities).length;
}
