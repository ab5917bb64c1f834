import type { Begun } from '../../cache/parts/came-now.ts';
import type { RequestParts } from '../../cache/parts/request-parts.ts';
import type { ShadowParts, WouldGive } from '../../cache/parts/shadow-parts.ts';
import type { Lifetime } from '../../cache/read-lifetime.ts';
import type { AskedParts } from './asked-parts.ts';
import type { EntityAnswer } from './entity-load.ts';
import type { ExecutionDoors, RootCall, RootedLoad } from './execution-doors.ts';
import { narrow, narrowAnswer } from './joined-entities.ts';
import { CameKeeper, ROOT, saysNothing } from './keep-came.ts';
import type { Asking } from './kept-calls.ts';
import type { SubgraphAnswer } from './subgraph-answer.ts';

/**
 * The calls of one request, all of which are made: what is kept of their parts is compared with what
 * comes, and stays. Only what nothing fresh was kept of is kept anew; other processes are given none of it.
 */
export class ShadowedCalls {
  readonly #parts: RequestParts;
  readonly #shadow: ShadowParts;
  readonly #asking: Asking;
  readonly #keeper: CameKeeper;

  constructor(parts: RequestParts, shadow: ShadowParts, doors: ExecutionDoors, asking: Asking) {
    this.#parts = parts;
    this.#shadow = shadow;
    this.#asking = asking;
    this.#keeper = new CameKeeper(parts, doors);
  }

  call(asked: RootCall): Promise<SubgraphAnswer> {
    const begun = this.#parts.begin(asked.subgraph, null);
    const before = this.#shadow.find(asked, ROOT);
    return this.#asking.ask(asked, new ShadowedRoot(asked, this.#keeper, begun, before));
  }

  load(asked: RootedLoad): Promise<EntityAnswer> {
    const begun = this.#parts.begin(asked.subgraph, null);
    const before = this.#shadow.find(asked, asked.representations.texts);
    return this.#asking.askEntities(
      asked,
      new ShadowedEntities(asked, this.#keeper, begun, before),
    );
  }
}

/** What a subgraph is asked for although it may be kept. */
abstract class Shadowed<Asked, Answer> implements AskedParts<Answer> {
  protected readonly asked: Asked;
  protected readonly keeper: CameKeeper;
  protected readonly begun: Begun;
  protected readonly before: WouldGive;

  constructor(asked: Asked, keeper: CameKeeper, begun: Begun, before: WouldGive) {
    this.asked = asked;
    this.keeper = keeper;
    this.begun = begun;
    this.before = before;
  }

  abstract came(answer: Answer, lifetime: Lifetime | undefined): void;

  settle(answer: Answer): Answer {
    return answer;
  }

  end(): void {}
}

class ShadowedRoot extends Shadowed<RootCall, SubgraphAnswer> {
  came(answer: SubgraphAnswer, lifetime: Lifetime | undefined): void {
    // Without status 200 it has failed.
    if (lifetime === undefined || !answer.ok) return;
    const { asked, begun, before, keeper } = this;
    if (answer.errors.length === 0 && !saysNothing(answer)) {
      before.compare({
        values: [answer.data],
        isKeepable: lifetime.freshSeconds > 0,
        toJson: (kept) => (kept as Extract<SubgraphAnswer, { ok: true }>).data,
      });
    }
    if (before.absent.length > 0) keeper.keepRoot(asked, begun, answer, lifetime);
  }
}

class ShadowedEntities extends Shadowed<RootedLoad, EntityAnswer> {
  came(answer: EntityAnswer, lifetime: Lifetime | undefined): void {
    if (lifetime === undefined) return;
    const { asked, begun, before, keeper } = this;
    const isKeepable = lifetime.freshSeconds > 0;
    if (answer.ok && answer.entities !== null) {
      const { entities, errors } = answer;
      const failed = new Set(errors.map(({ index }) => index));
      // One that belongs to none may belong to any.
      const values = failed.has(null)
        ? []
        : entities.map((entity, index) => (failed.has(index) ? undefined : entity));
      before.compare({ values, isKeepable, toJson: (kept) => kept });
    }
    if (isKeepable) keeper.noteMissing(answer, lifetime);
    const { absent } = before;
    if (absent.length === 0) return;
    const isAll = absent.length === asked.representations.texts.length;
    const rest = isAll ? asked : narrow(asked, absent);
    keeper.keepEntities(rest, begun, narrowAnswer(answer, absent), lifetime);
  }
}
