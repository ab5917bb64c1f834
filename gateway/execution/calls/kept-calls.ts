import type { FoundParts } from '../../cache/parts/found-parts.ts';
import type { Boarding, Landing, PartFlight } from '../../cache/parts/part-flight.ts';
import type { RequestParts } from '../../cache/parts/request-parts.ts';
import type { SharedSearch, Turn } from '../../cache/parts/shared-search.ts';
import { NO_LIFETIME } from '../../cache/read-lifetime.ts';
import type { Ticket } from '../../cache/shared/shared-values.ts';
import { AskedEntities, type AskedParts, AskedRoot, UnkeptEntities } from './asked-parts.ts';
import type { EntityAnswer } from './entity-load.ts';
import type { ExecutionDoors, RootCall, RootedLoad } from './execution-doors.ts';
import { given, join, merge, narrow, toKnown } from './joined-entities.ts';
import { CameKeeper, ROOT } from './keep-came.ts';
import { StaleParts } from './remake-stale.ts';
import { readPlainEntities, readPlainRoot } from './response-values.ts';
import type { SubgraphAnswer } from './subgraph-answer.ts';

/** Asks a subgraph in any case. */
export interface Asking {
  ask(asked: RootCall, parts?: AskedParts<SubgraphAnswer>): Promise<SubgraphAnswer>;
  askEntities(asked: RootedLoad, parts: AskedParts<EntityAnswer>): Promise<EntityAnswer>;
  /** Whether nothing more is asked. */
  readonly isOver: boolean;
  /** Waits for a flight to land, or something else, as long as the answer is wanted and in time. */
  wait(flight: Pick<PartFlight, 'wait'>): Promise<void>;
}

/**
 * The calls of one request, as far as they are needed: what is kept of their parts is not asked for again,
 * here or in Redis, and what another request is asking for is waited for.
 */
export class KeptCalls {
  readonly #parts: RequestParts;
  readonly #doors: ExecutionDoors;
  readonly #asking: Asking;
  readonly #keeper: CameKeeper;
  readonly #unkept: UnkeptEntities;

  constructor(parts: RequestParts, doors: ExecutionDoors, asking: Asking) {
    this.#parts = parts;
    this.#doors = doors;
    this.#asking = asking;
    this.#keeper = new CameKeeper(parts, doors);
    this.#unkept = new UnkeptEntities(this.#keeper);
  }

  call(asked: RootCall): Promise<SubgraphAnswer> {
    const found = this.#parts.find(asked, ROOT, ROOT);
    if (found === 'skipped' && !this.#isExplained) {
      this.#parts.missed(asked, 1);
      return this.#asking.ask(asked);
    }
    if (found === null || found === 'skipped') return this.#callAbsent(asked);
    this.#note(asked, found);
    if (found.stale.length > 0) this.#stale.remakeRoot(asked);
    return Promise.resolve(toKnown(asked, found.values[0] as SubgraphAnswer));
  }

  #callAbsent(asked: RootCall): Promise<SubgraphAnswer> {
    const boarding = this.#parts.board(asked, ROOT);
    if (boarding === null || boarding.own === null) {
      return this.#callOnce(asked, boarding?.flight ?? null);
    }
    return this.#callLanded(asked, boarding);
  }

  async #callLanded(asked: RootCall, { others }: Boarding): Promise<SubgraphAnswer> {
    const wereGivenUp = await this.#waitFor(others);
    const found = this.#parts.findLanded(asked, ROOT);
    if (found === null) return wereGivenUp ? this.#callAbsent(asked) : this.#callOnce(asked, null);
    this.#note(asked, found);
    this.#parts.saved(asked);
    return toKnown(asked, found.values[0] as SubgraphAnswer);
  }

  #callOnce(asked: RootCall, flight: PartFlight | null): Promise<SubgraphAnswer> {
    if (!this.#parts.isSharing(asked)) return this.#ask(asked, flight, null);
    return this.#land(flight, this.#callShared(asked, this.#search(flight)));
  }

  async #callShared(asked: RootCall, search: SharedSearch): Promise<SubgraphAnswer> {
    let turn = await search.begin(asked, ROOT, readPlainRoot);
    if (turn.awaited.length > 0) turn = await search.goOn(asked, ROOT, readPlainRoot);
    const { found, ticket, lease } = turn;
    if (found === null) return this.#ask(asked, lease, ticket);
    this.#note(asked, found);
    this.#parts.saved(asked);
    return toKnown(asked, found.values[0] as SubgraphAnswer);
  }

  #ask(asked: RootCall, flight: Landing | null, ticket: Ticket): Promise<SubgraphAnswer> {
    this.#parts.missed(asked, 1);
    return this.#asking.ask(asked, new AskedRoot(asked, this.#begin(asked, flight, ticket)));
  }

  load(asked: RootedLoad): Promise<EntityAnswer> {
    const { representations } = asked;
    const found = this.#parts.find(asked, representations.texts, representations);
    if (found === 'skipped' && !this.#isExplained) {
      this.#parts.missed(asked, representations.texts.length);
      return this.#asking.askEntities(asked, this.#unkept);
    }
    if (found === null || found === 'skipped') return this.#loadAbsent(asked);
    this.#note(asked, found);
    if (found.stale.length > 0) this.#stale.remakeEntities(asked, found.stale);
    if (found.absent.length === 0) return Promise.resolve(given(asked, found.values));
    return this.#loadRest(asked, found);
  }

  async #loadRest(asked: RootedLoad, found: FoundParts): Promise<EntityAnswer> {
    return join(asked, found, await this.#loadAbsent(narrow(asked, found.absent)));
  }

  #loadAbsent(asked: RootedLoad): Promise<EntityAnswer> {
    const boarding = this.#parts.board(asked, asked.representations.texts);
    if (boarding === null || boarding.own === null) {
      return this.#loadOnce(asked, boarding?.flight ?? null);
    }
    return this.#loadTogether(asked, boarding, boarding.own);
  }

  /** What nobody asks for is asked for before anything is waited for, so nobody waits in a circle. */
  async #loadTogether(
    asked: RootedLoad,
    { flight, awaited, others }: Boarding,
    own: readonly number[],
  ): Promise<EntityAnswer> {
    if (own.length === 0) return this.#loadLanded(asked, others);
    const answers = await Promise.all([
      this.#loadOnce(narrow(asked, own), flight),
      this.#loadLanded(narrow(asked, awaited), others),
    ]);
    return merge(asked.representations.texts.length, [own, awaited], answers);
  }

  async #loadLanded(asked: RootedLoad, others: ReadonlySet<PartFlight>): Promise<EntityAnswer> {
    const wereGivenUp = await this.#waitFor(others);
    const found = this.#parts.findLanded(asked, asked.representations.texts);
    const again = (rest: RootedLoad) =>
      wereGivenUp ? this.#loadAbsent(rest) : this.#loadOnce(rest, null);
    if (found === null) return again(asked);
    this.#note(asked, found);
    if (found.absent.length > 0)
      return join(asked, found, await again(narrow(asked, found.absent)));
    this.#parts.saved(asked);
    return given(asked, found.values);
  }

  #loadOnce(asked: RootedLoad, flight: PartFlight | null): Promise<EntityAnswer> {
    if (!this.#parts.isSharing(asked)) return this.#askEntities(asked, flight, null);
    return this.#land(flight, this.#loadShared(asked, this.#search(flight)));
  }

  async #loadShared(asked: RootedLoad, search: SharedSearch): Promise<EntityAnswer> {
    const { texts } = asked.representations;
    return this.#loadInTurn(asked, search, await search.begin(asked, texts, readPlainEntities));
  }

  async #loadInTurn(asked: RootedLoad, search: SharedSearch, turn: Turn): Promise<EntityAnswer> {
    const { found } = turn;
    if (found === null) return this.#askInTurn(asked, search, turn);
    this.#note(asked, found);
    if (found.absent.length > 0) {
      return join(asked, found, await this.#askInTurn(narrow(asked, found.absent), search, turn));
    }
    if (!search.wasSplit) this.#parts.saved(asked);
    return given(asked, found.values);
  }

  /** Here too, what no gateway asks for is asked for before anything is waited for. */
  async #askInTurn(
    asked: RootedLoad,
    search: SharedSearch,
    { own, awaited, lease, ticket }: Turn,
  ): Promise<EntityAnswer> {
    if (awaited.length === 0) return this.#askEntities(asked, lease, ticket);
    if (own.length === 0) return this.#loadLater(asked, search);
    const answers = await Promise.all([
      this.#askEntities(narrow(asked, own), lease, ticket),
      this.#loadLater(narrow(asked, awaited), search),
    ]);
    return merge(asked.representations.texts.length, [own, awaited], answers);
  }

  async #loadLater(asked: RootedLoad, search: SharedSearch): Promise<EntityAnswer> {
    const { texts } = asked.representations;
    return this.#loadInTurn(asked, search, await search.goOn(asked, texts, readPlainEntities));
  }

  #askEntities(asked: RootedLoad, flight: Landing | null, ticket: Ticket): Promise<EntityAnswer> {
    this.#parts.missed(asked, asked.representations.texts.length);
    const parts = new AskedEntities(asked, this.#begin(asked, flight, ticket));
    return this.#asking.askEntities(asked, parts);
  }

  #begin({ subgraph }: RootCall | RootedLoad, flight: Landing | null, ticket: Ticket) {
    const begun = this.#parts.begin(subgraph, ticket);
    return { parts: this.#parts, doors: this.#doors, keeper: this.#keeper, begun, flight };
  }

  /** Another gateway is waited for by those alone for whom others wait here. */
  #search(flight: PartFlight | null): SharedSearch {
    return this.#parts.searchShared(flight === null ? null : this.#asking);
  }

  async #land<Answer>(flight: PartFlight | null, answer: Promise<Answer>): Promise<Answer> {
    try {
      return await answer;
    } finally {
      flight?.land(this.#asking.isOver);
    }
  }

  /** @returns Whether a request that asked has gone, so that somebody else should ask. */
  async #waitFor(others: ReadonlySet<PartFlight>): Promise<boolean> {
    await Promise.all([...others].map((flight) => this.#asking.wait(flight)));
    return [...others].some(({ wasGivenUp }) => wasGivenUp);
  }

  /** Somebody wants to know of each call why it was not kept. */
  get #isExplained(): boolean {
    return this.#doors.notes !== undefined;
  }

  /** What is said of keeping what is given; what is stale may not be kept on. */
  #note(asked: RootCall | RootedLoad, found: FoundParts): void {
    const { cameBefore, stale, moment } = found;
    this.#doors.notes?.found(asked, found);
    this.#doors.noteKept?.(asked.subgraph, moment);
    const note = this.#doors.noteLifetime;
    if (note === undefined) return;
    for (const { lifetime, cameAtMs } of cameBefore) note(lifetime, cameAtMs);
    if (stale.length > 0) note(NO_LIFETIME);
  }

  get #stale(): StaleParts {
    return new StaleParts(this.#parts, this.#doors, this.#keeper);
  }
}
