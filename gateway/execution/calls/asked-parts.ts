import type { Begun } from '../../cache/parts/came-now.ts';
import type { Landing } from '../../cache/parts/part-flight.ts';
import type { RequestParts } from '../../cache/parts/request-parts.ts';
import type { Lifetime } from '../../cache/read-lifetime.ts';
import type { EntityAnswer } from './entity-load.ts';
import type { ExecutionDoors, RootCall, RootedLoad } from './execution-doors.ts';
import { isFailure } from './is-failure.ts';
import { given } from './joined-entities.ts';
import { type CameKeeper, ROOT, saysNothing } from './keep-came.ts';
import type { SubgraphAnswer } from './subgraph-answer.ts';

/** What a subgraph is asked for because it is not kept. Its call tells what becomes of it, in this order. */
export interface AskedParts<Answer> {
  /** An answer came, with what is said of keeping it. */
  came(answer: Answer, lifetime: Lifetime | undefined): void;
  /** @returns The answer, or what may be given instead of a failure. */
  settle(answer: Answer): Answer;
  /** Always, whatever has happened. */
  end(isOver: boolean): void;
}

/** What a call is begun with. */
interface BegunCall {
  readonly parts: RequestParts;
  readonly doors: ExecutionDoors;
  readonly keeper: CameKeeper;
  readonly begun: Begun;
  /** Has to land; null where nobody waits. */
  readonly flight: Landing | null;
}

/** The one part of a call from the root. */
export class AskedRoot implements AskedParts<SubgraphAnswer> {
  readonly #asked: RootCall;
  readonly #call: BegunCall;

  constructor(asked: RootCall, call: BegunCall) {
    this.#asked = asked;
    this.#call = call;
  }

  came(answer: SubgraphAnswer, lifetime: Lifetime | undefined): void {
    this.#call.keeper.keepRoot(this.#asked, this.#call.begun, answer, lifetime);
  }

  settle(answer: SubgraphAnswer): SubgraphAnswer {
    if (answer.ok ? !saysNothing(answer) : !isFailure(answer.code)) return answer;
    const kept = this.#call.parts.findForFailure(this.#asked, ROOT);
    if (kept === undefined) return answer;
    this.#call.doors.notes?.fellBack(this.#asked, 1);
    return kept[0] as SubgraphAnswer;
  }

  end(isOver: boolean): void {
    this.#call.flight?.land(isOver);
  }
}

/** The entities of a load. */
export class AskedEntities implements AskedParts<EntityAnswer> {
  readonly #asked: RootedLoad;
  readonly #call: BegunCall;

  constructor(asked: RootedLoad, call: BegunCall) {
    this.#asked = asked;
    this.#call = call;
  }

  came(answer: EntityAnswer, lifetime: Lifetime | undefined): void {
    this.#call.keeper.keepEntities(this.#asked, this.#call.begun, answer, lifetime);
  }

  settle(answer: EntityAnswer): EntityAnswer {
    if (answer.ok) {
      if (answer.entities !== null || answer.errors.length > 0) return answer;
    } else if (!isFailure(answer.code)) return answer;
    const kept = this.#call.parts.findForFailure(this.#asked, this.#asked.representations.texts);
    if (kept === undefined) return answer;
    this.#call.doors.notes?.fellBack(this.#asked, kept.length);
    return given(this.#asked, kept);
  }

  end(isOver: boolean): void {
    this.#call.flight?.land(isOver);
  }
}

/** Entities of which nothing is kept but what their answer tells of it. */
export class UnkeptEntities implements AskedParts<EntityAnswer> {
  readonly #keeper: CameKeeper;

  constructor(keeper: CameKeeper) {
    this.#keeper = keeper;
  }

  came(answer: EntityAnswer, lifetime: Lifetime | undefined): void {
    if (lifetime !== undefined && lifetime.freshSeconds > 0) {
      this.#keeper.noteMissing(answer, lifetime);
    }
  }

  settle(answer: EntityAnswer): EntityAnswer {
    return answer;
  }

  end(): void {}
}
