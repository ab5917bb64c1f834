import { MeshgateError } from '../../../shared/errors/meshgate-error.ts';
import type { ReadPlain } from '../../cache/parts/part-values.ts';
import type { RequestParts } from '../../cache/parts/request-parts.ts';
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
    const flight = this.#parts.board(asked, searched)?.flight;
    const finish = (): void => {
      end();
      flight?.land(false);
    };
    try {
      const headers = this.#doors.headersFor(asked.subgraph);
      const work = this.#parts.isSharing(asked)
        ? this.#takeOrAsk(asked, searched, readPlain, (rest, ticket) =>
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

  /** Another process may have made them anew. */
  async #takeOrAsk(
    asked: RootCall | RootedLoad,
    searched: readonly string[],
    readPlain: ReadPlain,
    ask: (absent: readonly number[], ticket: Ticket) => Promise<void>,
  ): Promise<void> {
    const { found, ticket } = await this.#parts.takeShared(asked, searched, readPlain);
    const absent = found === null ? [...searched.keys()] : found.absent;
    if (absent.length > 0) await ask(absent, ticket);
  }
}
