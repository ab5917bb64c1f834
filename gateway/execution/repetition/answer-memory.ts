import { LRUCache } from 'lru-cache';
import type { KnownAnswer } from '../calls/known-answer.ts';
import type { RepresentationList } from '../calls/representation-list.ts';
import type { ExecutionResult } from '../execution-result.ts';
import type { RememberedRun } from './remembered-run.ts';

/** Entities of a call that was answered before, never written into. */
export interface KnownEntities {
  readonly answer: KnownAnswer;
  readonly entities: readonly unknown[];
  /** Those that each list of the call has asked for. */
  readonly picked: ReadonlyMap<RepresentationList, readonly unknown[]>;
}

/** Most requests that pass before an answer that keeps changing is remembered again; a power of two. */
const LONGEST_PAUSE = 1024;

/** What a query that was seen once takes: a key and a few numbers. */
const HABIT_BYTES = 500;

/** Variables longer than this many characters are not expected to come again. */
const VARIABLES_KEPT = 2048;

/** Bytes of memory that a byte of JSON takes when it is parsed into small objects, measured roughly. */
const BYTES_PARSED = 4;

type Observe = (outcome: 'repeated' | 'changed') => void;

/** What is known of one query with one set of variables. */
export class Habit {
  readonly key: string;
  readonly #keep: (habit: Habit) => void;
  readonly #observe: Observe;
  #run: RememberedRun<ExecutionResult> | null = null;
  #isRecorded = false;
  /** Requests to pass before the next one is recorded; the first one never is. */
  #pause = 1;
  #nextPause = 1;

  constructor(key: string, keep: (habit: Habit) => void, observe: Observe) {
    this.key = key;
    this.#keep = keep;
    this.#observe = observe;
  }

  /** How the answer came about the last time; null when that is not remembered. */
  get run(): RememberedRun<ExecutionResult> | null {
    return this.#run;
  }

  /** Whether this request is to be recorded; at most one at a time is. */
  beginsRecording(): boolean {
    if (this.#run !== null || this.#isRecorded) return false;
    this.#pause -= 1;
    if (this.#pause >= 0) return false;
    this.#isRecorded = true;
    return true;
  }

  /** @param run Null when it is not worth remembering. */
  endRecording(run: RememberedRun<ExecutionResult> | null): void {
    this.#isRecorded = false;
    this.#run = run;
    if (run === null) this.#wait();
    this.#keep(this);
  }

  /** Notes whether a run was repeated; several requests may find the same change. */
  compare(run: RememberedRun<ExecutionResult>, isSame: boolean): void {
    this.#observe(isSame ? 'repeated' : 'changed');
    if (this.#run !== run) return;
    if (isSame) {
      this.#nextPause = 1;
    } else {
      this.#run = null;
      this.#wait();
    }
  }

  #wait(): void {
    this.#pause = this.#nextPause;
    this.#nextPause = Math.min(this.#nextPause * 2, LONGEST_PAUSE);
  }
}

/**
 * What was answered before, bounded by bytes: runs of queries, and entities of calls.
 *
 * Shared by all callers: nothing in here is given to anybody whom the subgraphs have not
 * just told the same; see `repeated-run.ts`.
 */
export class AnswerMemory {
  readonly #habits: LRUCache<string, Habit>;
  readonly #entities: LRUCache<string, KnownEntities>;
  readonly #observe: Observe;
  /** Keeps what was recorded; where that is too large, the habit is not known any more. */
  readonly #keep = (habit: Habit): void => {
    // What is set to the value that it has keeps its old size.
    this.#habits.delete(habit.key);
    this.#habits.set(habit.key, habit);
  };

  /**
   * @param capacityBytes Of memory, roughly; half of it for the runs, half for entities.
   * @param observe Told about each query whose last answer was remembered.
   */
  constructor(capacityBytes: number, observe: Observe = () => {}) {
    this.#observe = observe;
    const maxSize = Math.ceil(capacityBytes / 2);
    this.#habits = new LRUCache({
      maxSize,
      sizeCalculation: ({ key, run }) => HABIT_BYTES + 2 * key.length + (run?.bytes ?? 0),
    });
    this.#entities = new LRUCache({
      maxSize,
      sizeCalculation: ({ answer }, key) =>
        2 * key.length + (1 + BYTES_PARSED) * answer.bytes.length,
    });
  }

  /**
   * Finds what is known of a query, or begins to know it.
   *
   * @param operation Differs for every compiled operation.
   * @param variables As JSON.
   * @returns Null where nothing is worth remembering.
   */
  attend(operation: number, variables: string): Habit | null {
    if (variables.length > VARIABLES_KEPT) return null;
    const key = `${operation} ${variables}`;
    let habit = this.#habits.get(key);
    if (habit === undefined) {
      habit = new Habit(key, this.#keep, this.#observe);
      this.#habits.set(key, habit);
    }
    return habit;
  }

  findEntities(key: string): KnownEntities | undefined {
    return this.#entities.get(key);
  }

  keepEntities(key: string, known: KnownEntities): void {
    this.#entities.set(key, known);
  }
}
