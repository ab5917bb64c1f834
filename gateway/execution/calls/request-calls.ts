import { MeshgateError } from '../../../shared/errors/meshgate-error.ts';
import type { PartFlight } from '../../cache/parts/part-flight.ts';
import { type Lifetime, NO_LIFETIME } from '../../cache/read-lifetime.ts';
import type { AskedParts } from './asked-parts.ts';
import { copyEntities } from './copy-entities.ts';
import type { EntityAnswer } from './entity-load.ts';
import type { ExecutionDoors, RootCall, RootedLoad } from './execution-doors.ts';
import { givenUp } from './given-up.ts';
import { type Asking, KeptCalls } from './kept-calls.ts';
import { ShadowedCalls } from './shadowed-calls.ts';
import type { FailedAnswer, GivingUp, SubgraphAnswer } from './subgraph-answer.ts';

/** Anything under way that can be given up. */
interface Running<Answer> {
  readonly answer: Promise<Answer>;
  readonly lifetime?: Lifetime | undefined;
  abort(why: GivingUp): void;
}

/** What can be said of any answer. */
type AnyAnswer = FailedAnswer | { readonly ok: true; readonly errors: readonly unknown[] };

type Start<Answer> = (headers: Readonly<Record<string, string>>) => Running<Answer>;

interface Made<Asked, Answer> {
  readonly asked: Asked;
  readonly answer: Promise<Answer>;
}

/**
 * The subgraph calls of one request: those under way, and whether any more are wanted.
 *
 * What was asked ahead, because an earlier request has asked it, is not asked twice: whoever asks
 * the same in earnest takes its answer.
 */
export class RequestCalls implements Asking {
  readonly #doors: ExecutionDoors;
  readonly #running = new Set<Running<unknown>>();
  readonly #calls: Made<RootCall, SubgraphAnswer>[] = [];
  readonly #loads: Made<RootedLoad, EntityAnswer>[] = [];
  /** Null where nothing is kept. */
  readonly #kept: KeptCalls | ShadowedCalls | null;
  #givenUp: GivingUp | null = null;

  constructor(doors: ExecutionDoors) {
    this.#doors = doors;
    this.#kept = beginKept(doors, this);
  }

  /** Why nothing more is asked; null as long as the answer is wanted and in time. */
  get givenUp(): GivingUp | null {
    return this.#givenUp;
  }

  get isOver(): boolean {
    return this.#givenUp !== null;
  }

  /** Whether answers are there that nobody has taken yet. */
  get hasAnswersLeft(): boolean {
    return this.#calls.length > 0 || this.#loads.length > 0;
  }

  /** Asks, and keeps the answer for the one who asks the same with `call`. */
  callAhead(asked: RootCall): Promise<SubgraphAnswer> {
    const answer = this.#call(asked);
    this.#calls.push({ asked, answer });
    return answer;
  }

  /** Asks, and keeps the answer for the one who asks the same with `load`. */
  loadAhead(asked: RootedLoad): Promise<EntityAnswer> {
    const answer = this.#load(asked);
    this.#loads.push({ asked, answer });
    return answer;
  }

  call(asked: RootCall): Promise<SubgraphAnswer> {
    const made = take(
      this.#calls,
      (one) => one.subgraph === asked.subgraph && one.body === asked.body,
    );
    return made ?? this.#call(asked);
  }

  load(asked: RootedLoad): Promise<EntityAnswer> {
    const made = take(
      this.#loads,
      (one) =>
        one.subgraph === asked.subgraph &&
        one.bodyStart === asked.bodyStart &&
        one.variables === asked.variables &&
        one.representations.equals(asked.representations),
    );
    if (made === undefined) return this.#load(asked);
    return asked.onlyReads ? made : made.then(copyEntities);
  }

  /** Waits no longer than this request does. */
  async wait(flight: Pick<PartFlight, 'wait'>): Promise<void> {
    if (this.#givenUp !== null) return;
    let abort = () => {};
    const answer = new Promise<void>((resolve) => {
      abort = resolve;
      flight.wait(resolve);
    });
    const running = { answer, abort };
    this.#running.add(running);
    await answer;
    this.#running.delete(running);
  }

  #call(asked: RootCall): Promise<SubgraphAnswer> {
    return this.#kept === null ? this.ask(asked) : this.#kept.call(asked);
  }

  #load(asked: RootedLoad): Promise<EntityAnswer> {
    this.#doors.noteEntities?.(asked.subgraph, asked.representations.texts);
    return this.#kept === null ? this.askEntities(asked) : this.#kept.load(asked);
  }

  ask(asked: RootCall, parts?: AskedParts<SubgraphAnswer>): Promise<SubgraphAnswer> {
    return this.#await(asked, (headers) => this.#doors.callSubgraph({ ...asked, headers }), parts);
  }

  askEntities(asked: RootedLoad, parts?: AskedParts<EntityAnswer>): Promise<EntityAnswer> {
    return this.#await(asked, (headers) => this.#doors.loadEntities({ ...asked, headers }), parts);
  }

  async #await<Answer extends AnyAnswer>(
    asked: RootCall | RootedLoad,
    start: Start<Answer>,
    parts?: AskedParts<Answer | FailedAnswer>,
  ): Promise<Answer | FailedAnswer> {
    let running: Running<Answer> | null = null;
    try {
      const begun = this.#begin(asked, start);
      if ('ok' in begun) return parts === undefined ? begun : parts.settle(begun);
      running = begun;
      this.#running.add(running);
      const answer = await running.answer;
      const { lifetime } = running;
      this.#doors.notes?.came(asked, answer, lifetime);
      parts?.came(answer, lifetime);
      this.#doors.noteLifetime?.(isWhole(answer) ? (lifetime ?? NO_LIFETIME) : NO_LIFETIME);
      return parts === undefined ? answer : parts.settle(answer);
    } finally {
      if (running !== null) this.#running.delete(running);
      parts?.end(this.isOver);
    }
  }

  #begin<Answer>(
    asked: RootCall | RootedLoad,
    start: Start<Answer>,
  ): Running<Answer> | FailedAnswer {
    const { subgraph } = asked;
    if (this.#givenUp !== null) {
      this.#doors.noteLifetime?.(NO_LIFETIME);
      return givenUp(subgraph);
    }
    this.#doors.noteCall?.(
      subgraph,
      'representations' in asked ? asked.representations.texts[0] : undefined,
    );
    try {
      return start(this.#doors.headersFor(subgraph));
    } catch (error) {
      // The caller's own token may expire between two calls of one request.
      if (!(error instanceof MeshgateError)) throw error;
      this.#doors.noteLifetime?.(NO_LIFETIME);
      return { ok: false, code: error.code, message: error.message };
    }
  }

  /** Ends every call under way and starts no other. */
  abort(why: GivingUp): void {
    this.#givenUp ??= why;
    for (const running of this.#running) running.abort(why);
  }
}

function beginKept(doors: ExecutionDoors, asking: Asking): KeptCalls | ShadowedCalls | null {
  const { parts } = doors;
  if (parts === undefined) return null;
  const { shadow } = parts;
  if (shadow === null) return new KeptCalls(parts, doors, asking);
  return new ShadowedCalls(parts, shadow, doors, asking);
}

/** What has an error in it is not kept. */
function isWhole(answer: AnyAnswer): boolean {
  return answer.ok && answer.errors.length === 0;
}

function take<Asked, Answer>(
  made: Made<Asked, Answer>[],
  isSame: (asked: Asked) => boolean,
): Promise<Answer> | undefined {
  if (made.length === 0) return undefined;
  const index = made.findIndex(({ asked }) => isSame(asked));
  return index === -1 ? undefined : made.splice(index, 1)[0]?.answer;
}
