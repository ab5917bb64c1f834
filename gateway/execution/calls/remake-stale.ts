import { MeshgateError } from '../../../shared/errors/meshgate-error.ts';
import type { PartFlight } from '../../cache/parts/part-flight.ts';
import type { ReadPlain } from '../../cache/parts/part-values.ts';
import type { RequestParts } from '../../cache/parts/request-parts.ts';
import type { SharedSearch, Turn, Waiting } from '../../cache/parts/shared-search.ts';
import type { Ticket } from '../../cache/shared/shared-values.ts';
import type { ExecutionDoors, RootCall, RootedLoad } from './execution-doors.ts';
import { type CameKeeper, ROOT } from './keep-came.ts';
import { RepresentationList } from './representation-list.ts';
import { readPlainEntities, readPlainRoot } from './response-values.ts';

/** Asks for some parts of a call, by their indexes, and keeps what comes. */
type Ask = (
  headers: Readonly<Record<string, string>>,
  indexes: readonly number[],
  ticket: Ticket,
) => Promise<void>;

/** Nobody gives it up. */
const BACKGROUND: Waiting = {
  wait: (pause) => new Promise((resolve) => pause.wait(resolve)),
  isOver: false,
};

/** Makes stale parts anew, for which nobody waits. */
export class StaleParts {
  readonly #parts: RequestParts;
  readonly #doors: ExecutionDoors;
  readonly #keeper: CameKeeper;

  constructor(parts: RequestParts, doors: ExecutionDoors, keeper: CameKeeper) {
    this.#parts = parts;
    this.#doors = doors;
    this.#keeper = keeper;
  }

  remakeRoot(asked: RootCall): void {
    this.#remake(asked, ROOT, [0], readPlainRoot, (headers, _, ticket) => {
      const begun = this.#parts.begin(asked.subgraph, ticket);
      const running = this.#doors.callSubgraph({ ...asked, headers });
      return running.answer.then((answer) =>
        this.#keeper.keepRoot(asked, begun, answer, running.lifetime),
      );
    });
  }

  remakeEntities(asked: RootedLoad, stale: readonly number[]): void {
    const { texts } = asked.representations;
    this.#remake(asked, texts, stale, readPlainEntities, (headers, indexes, ticket) => {
      const begun = this.#parts.begin(asked.subgraph, ticket);
      const representations = new RepresentationList(indexes.map((one) => texts[one] as string));
      const load = { ...asked, headers, representations, onlyReads: true };
      const running = this.#doors.loadEntities(load);
      return running.answer.then((answer) =>
        this.#keeper.keepEntities(load, begun, answer, running.lifetime),
      );
    });
  }

  #remake(
    asked: RootCall | RootedLoad,
    texts: readonly string[],
    stale: readonly number[],
    readPlain: ReadPlain,
    ask: Ask,
  ): void {
    const { indexes, end } = this.#parts.beginRefresh(asked, texts, stale);
    if (indexes.length === 0) return;
    const searched = indexes.map((index) => texts[index] as string);
    // Who needs one of them when it is over waits for it.
    const flight = this.#parts.board(asked, searched)?.flight ?? null;
    const finish = (): void => {
      end();
      flight?.land(false);
    };
    try {
      const headers = this.#doors.headersFor(asked.subgraph);
      const work = this.#parts.isSharing(asked)
        ? this.#takeOrAsk(asked, searched, flight, readPlain, (rest, ticket) =>
            ask(
              headers,
              rest.map((one) => indexes[one] as number),
              ticket,
            ),
          )
        : ask(headers, indexes, null);
      work.catch((error: unknown) => this.#parts.refreshFailed(error)).finally(finish);
    } catch (error) {
      finish();
      // The caller's own token may expire between two calls of one request.
      if (!(error instanceof MeshgateError)) throw error;
    }
  }

  /** Another process may have made them anew, or be about to. */
  async #takeOrAsk(
    asked: RootCall | RootedLoad,
    searched: readonly string[],
    flight: PartFlight | null,
    readPlain: ReadPlain,
    ask: (absent: readonly number[], ticket: Ticket) => Promise<void>,
  ): Promise<void> {
    const search = this.#parts.searchShared(flight === null ? null : BACKGROUND);
    const turn = await search.begin(asked, searched, readPlain);
    await askInTurn({ asked, search, readPlain, ask }, [...searched.entries()], turn);
  }
}

interface Remake {
  readonly asked: RootCall | RootedLoad;
  readonly search: SharedSearch;
  readonly readPlain: ReadPlain;
  readonly ask: (absent: readonly number[], ticket: Ticket) => Promise<void>;
}

/** Text by text, with the index of each. */
type Searched = readonly (readonly [index: number, text: string])[];

async function askInTurn(remake: Remake, searched: Searched, turn: Turn): Promise<void> {
  const { asked, search, readPlain, ask } = remake;
  const { found, own, awaited, lease, ticket } = turn;
  const absent =
    found === null ? searched : found.absent.map((one) => searched[one] as Searched[number]);
  const at = (positions: readonly number[]) =>
    positions.map((one) => absent[one] as Searched[number]);
  const work = [];
  if (own.length > 0) {
    const asking = ask(
      at(own).map(([index]) => index),
      ticket,
    );
    work.push(asking.finally(() => lease?.land(false)));
  }
  if (awaited.length > 0) {
    const rest = at(awaited);
    const next = search.goOn(
      asked,
      rest.map(([, text]) => text),
      readPlain,
    );
    work.push(next.then((later) => askInTurn(remake, rest, later)));
  }
  await Promise.all(work);
}
