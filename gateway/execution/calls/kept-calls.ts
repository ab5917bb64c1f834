import { MeshgateError } from '../../../shared/errors/meshgate-error.ts';
import type { FoundParts } from '../../cache/parts/found-parts.ts';
import type { CamePart, RequestParts } from '../../cache/parts/request-parts.ts';
import { type Lifetime, NO_LIFETIME } from '../../cache/read-lifetime.ts';
import { cloneValue } from '../clone-value.ts';
import type { EntityAnswer, EntitySource } from './entity-load.ts';
import type { ExecutionDoors, RootCall, RootedLoad } from './execution-doors.ts';
import { isFailure } from './is-failure.ts';
import { KnownAnswer } from './known-answer.ts';
import { RepresentationList } from './representation-list.ts';
import { RootValues } from './response-values.ts';
import type { GivenAnswer, SubgraphAnswer } from './subgraph-answer.ts';

/** Asks a subgraph in any case; `onCame` is told what came and what is said of keeping it. */
export interface Asking {
  call(asked: RootCall, onCame: OnCame<SubgraphAnswer>): Promise<SubgraphAnswer>;
  load(asked: RootedLoad, onCame: OnCame<EntityAnswer>): Promise<EntityAnswer>;
}

export type OnCame<Answer> = (answer: Answer, lifetime: Lifetime | undefined) => void;

/** The one part of a call from the root. */
const ROOT = [''];
const ROOT_PARTS = [{ text: 0, index: 0, isMissing: false }];

/**
 * The calls of one request, as far as they are needed: what is kept of their parts is not asked for again.
 */
export class KeptCalls {
  readonly #parts: RequestParts;
  readonly #doors: ExecutionDoors;
  readonly #asking: Asking;

  constructor(parts: RequestParts, doors: ExecutionDoors, asking: Asking) {
    this.#parts = parts;
    this.#doors = doors;
    this.#asking = asking;
  }

  call(asked: RootCall): Promise<SubgraphAnswer> {
    const found = this.#parts.find(asked, ROOT, ROOT);
    if (found === null) return this.#callAbsent(asked);
    this.#note(asked, found);
    if (found.stale.length > 0) this.#remakeRoot(asked);
    return Promise.resolve(toKnown(asked, found.values[0] as SubgraphAnswer));
  }

  async #callAbsent(asked: RootCall): Promise<SubgraphAnswer> {
    const epoch = this.#parts.epochOf(asked.subgraph);
    const answer = await this.#asking.call(asked, (came, lifetime) =>
      this.#keepRoot(asked, epoch, came, lifetime),
    );
    if (answer.ok ? !saysNothing(answer) : !isFailure(answer.code)) return answer;
    const kept = this.#parts.findForFailure(asked, ROOT);
    if (kept === undefined) return answer;
    this.#doors.notes?.fellBack(asked, 1);
    return kept[0] as SubgraphAnswer;
  }

  load(asked: RootedLoad): Promise<EntityAnswer> {
    const found = this.#parts.find(asked, asked.representations.texts, asked.representations);
    if (found === null) return this.#loadAbsent(asked);
    this.#note(asked, found);
    if (found.stale.length > 0) this.#remakeEntities(asked, found.stale);
    if (found.absent.length === 0) return Promise.resolve(given(asked, found.values));
    return this.#loadRest(asked, found);
  }

  async #loadRest(asked: RootedLoad, found: FoundParts): Promise<EntityAnswer> {
    const { texts } = asked.representations;
    const absent = found.absent.map((index) => texts[index] as string);
    const rest = await this.#loadAbsent({
      ...asked,
      representations: new RepresentationList(absent),
    });
    if (!rest.ok || rest.entities === null) return rest;
    return join(asked, found, rest.entities, rest.errors);
  }

  async #loadAbsent(asked: RootedLoad): Promise<EntityAnswer> {
    const epoch = this.#parts.epochOf(asked.subgraph);
    const answer = await this.#asking.load(asked, (came, lifetime) =>
      this.#keepEntities(asked, epoch, came, lifetime),
    );
    if (answer.ok) {
      if (answer.entities !== null || answer.errors.length > 0) return answer;
    } else if (!isFailure(answer.code)) return answer;
    const kept = this.#parts.findForFailure(asked, asked.representations.texts);
    if (kept === undefined) return answer;
    this.#doors.notes?.fellBack(asked, kept.length);
    return given(asked, kept);
  }

  /** What is said of keeping what is given; what is stale may not be kept on. */
  #note(asked: RootCall | RootedLoad, found: FoundParts): void {
    const { cameBefore, stale } = found;
    this.#doors.notes?.found(asked, found);
    this.#doors.noteKept?.(asked.subgraph);
    const note = this.#doors.noteLifetime;
    if (note === undefined) return;
    for (const { lifetime, cameAtMs } of cameBefore) note(lifetime, cameAtMs);
    if (stale.length > 0) note(NO_LIFETIME);
  }

  #keepRoot(
    call: RootCall,
    epoch: number,
    answer: SubgraphAnswer,
    lifetime: Lifetime | undefined,
  ): void {
    if (!answer.ok || answer.bytes === undefined || lifetime === undefined) return;
    if (answer.errors.length > 0 || saysNothing(answer) || lifetime.freshSeconds === 0) return;
    const values = new RootValues(answer);
    const came = { call, texts: ROOT, parts: () => ROOT_PARTS, values, lifetime, epoch };
    const notKept = this.#parts.keep(came);
    if (notKept !== null) this.#doors.notes?.notKept(call, notKept);
  }

  /** An entity with an error in it is not kept, and none where an error may belong to any. */
  #keepEntities(
    call: RootedLoad,
    epoch: number,
    answer: EntityAnswer,
    lifetime: Lifetime | undefined,
  ): void {
    if (lifetime === undefined || lifetime.freshSeconds === 0) return;
    if (!answer.ok || answer.entities === null || answer.source === undefined) return;
    const { entities, errors, source } = answer;
    if (errors.some(({ index }) => index === null)) return;
    const isMissing = (entity: unknown, text: number) =>
      entity === null && !errors.some(({ index }) => index === text);
    if (entities.some(isMissing)) {
      this.#doors.noteLifetime?.(this.#parts.missingLifetime(lifetime));
    }
    const { texts } = call.representations;
    const { values } = source;
    const parts = () => toParts(entities, errors, source);
    const notKept = this.#parts.keep({ call, texts, parts, values, lifetime, epoch });
    if (notKept !== null) this.#doors.notes?.notKept(call, notKept);
  }

  #remakeRoot(asked: RootCall): void {
    this.#remake(asked, ROOT, [0], (epoch, headers) => {
      const running = this.#doors.callSubgraph({ ...asked, headers });
      return running.answer.then((answer) =>
        this.#keepRoot(asked, epoch, answer, running.lifetime),
      );
    });
  }

  #remakeEntities(asked: RootedLoad, stale: readonly number[]): void {
    const { texts } = asked.representations;
    this.#remake(asked, texts, stale, (epoch, headers, indexes) => {
      const representations = new RepresentationList(indexes.map((one) => texts[one] as string));
      const load = { ...asked, headers, representations, onlyReads: true };
      const running = this.#doors.loadEntities(load);
      return running.answer.then((answer) =>
        this.#keepEntities(load, epoch, answer, running.lifetime),
      );
    });
  }

  /** Makes stale parts anew, for which nobody waits. */
  #remake(
    asked: RootCall | RootedLoad,
    texts: readonly string[],
    stale: readonly number[],
    make: (
      epoch: number,
      headers: Readonly<Record<string, string>>,
      indexes: readonly number[],
    ) => Promise<void>,
  ): void {
    const { indexes, end } = this.#parts.beginRefresh(asked, texts, stale);
    if (indexes.length === 0) return;
    try {
      const headers = this.#doors.headersFor(asked.subgraph);
      make(this.#parts.epochOf(asked.subgraph), headers, indexes)
        .catch((error: unknown) => this.#parts.refreshFailed(error))
        .finally(end);
    } catch (error) {
      end();
      // The caller's own token may expire between two calls of one request.
      if (!(error instanceof MeshgateError)) throw error;
    }
  }
}

function toParts(
  entities: readonly unknown[],
  errors: Extract<EntityAnswer, { ok: true }>['errors'],
  { indexes }: EntitySource,
): readonly CamePart[] {
  const wrong = new Set(errors.map(({ index }) => index));
  return entities.flatMap((entity, text): readonly CamePart[] => {
    if (wrong.has(text)) return [];
    return [{ text, index: indexes?.[text] ?? text, isMissing: entity === null }];
  });
}

/** Whether there is neither data nor an error. What is known has data, and would have to be read for that. */
function saysNothing(answer: GivenAnswer): boolean {
  return !(answer instanceof KnownAnswer) && answer.data === null && answer.errors.length === 0;
}

/** The known answer itself where it says the same: that is how it is seen that nothing has changed. */
function toKnown({ known }: RootCall, kept: SubgraphAnswer): SubgraphAnswer {
  if (known?.bytes === undefined || kept === known || !kept.ok) return kept;
  return kept.bytes?.equals(known.bytes) === true ? known : kept;
}

function given({ onlyReads }: RootedLoad, values: readonly unknown[]): EntityAnswer {
  return { ok: true, entities: onlyReads ? values : values.map(cloneValue), errors: [] };
}

/** Puts what was kept and what was asked for together, in the order of the load. */
function join(
  { onlyReads }: RootedLoad,
  { values, absent }: FoundParts,
  rest: readonly unknown[],
  errors: Extract<EntityAnswer, { ok: true }>['errors'],
): EntityAnswer {
  const entities = onlyReads ? [...values] : values.map(cloneValue);
  for (const [position, index] of absent.entries()) entities[index] = rest[position];
  return {
    ok: true,
    entities,
    errors: errors.map(({ index, error }) => ({
      index: index === null ? null : (absent[index] ?? null),
      error,
    })),
  };
}
