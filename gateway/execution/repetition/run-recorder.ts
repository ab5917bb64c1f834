import type { EntityAnswer } from '../calls/entity-load.ts';
import type { RootCall, RootedLoad } from '../calls/execution-doors.ts';
import { KnownAnswer } from '../calls/known-answer.ts';
import type { SubgraphAnswer } from '../calls/subgraph-answer.ts';
import { LoadedEntities, type RememberedCall, RememberedRun } from './remembered-run.ts';

/** Takes down the calls of one run and what they were answered, so that the run can be repeated. */
export class RunRecorder {
  readonly #calls = new Map<object, RememberedCall[]>();
  #isRepeatable = true;

  /** @param step The step that asked. */
  noteCall(step: object, call: RootCall, answer: SubgraphAnswer): void {
    const isPlain = answer.ok && answer.errors.length === 0 && answer.data !== null;
    if (isPlain && answer.bytes !== undefined) {
      const known = answer instanceof KnownAnswer ? answer : new KnownAnswer(answer.bytes);
      this.#add(step, { kind: 'root', call: { ...call, known }, answer: known });
    } else {
      this.#isRepeatable = false;
    }
  }

  /** @param step The step that asked, to read only. */
  noteLoad(step: object, load: RootedLoad, answer: EntityAnswer): void {
    if (answer.ok && answer.errors.length === 0 && answer.entities !== null) {
      this.#add(step, { kind: 'entities', load, answer: new LoadedEntities(answer.entities) });
    } else {
      this.#isRepeatable = false;
    }
  }

  /**
   * @param result What was made of the answers; kept and given again.
   * @param resultBytes How much of memory it takes.
   * @returns Null when something was answered with an error, or not at all.
   */
  finish<Result>(result: Result, resultBytes: number): RememberedRun<Result> | null {
    return this.#isRepeatable ? new RememberedRun(this.#calls, result, resultBytes) : null;
  }

  #add(step: object, call: RememberedCall): void {
    const calls = this.#calls.get(step);
    if (calls === undefined) this.#calls.set(step, [call]);
    else calls.push(call);
  }
}
