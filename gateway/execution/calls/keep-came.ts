import type { Begun, CamePart } from '../../cache/parts/came-now.ts';
import type { RequestParts } from '../../cache/parts/request-parts.ts';
import type { Lifetime } from '../../cache/read-lifetime.ts';
import type { EntityAnswer, EntitySource } from './entity-load.ts';
import type { ExecutionDoors, RootCall, RootedLoad } from './execution-doors.ts';
import { KnownAnswer } from './known-answer.ts';
import { RootValues } from './response-values.ts';
import type { GivenAnswer, SubgraphAnswer } from './subgraph-answer.ts';

/** The one part of a call from the root. */
export const ROOT = [''];
const ROOT_PARTS = [{ text: 0, index: 0, isMissing: false }];

/** Keeps what the calls of one request bring. */
export class CameKeeper {
  readonly #parts: RequestParts;
  readonly #doors: ExecutionDoors;

  constructor(parts: RequestParts, doors: ExecutionDoors) {
    this.#parts = parts;
    this.#doors = doors;
  }

  keepRoot(
    call: RootCall,
    begun: Begun,
    answer: SubgraphAnswer,
    lifetime: Lifetime | undefined,
  ): void {
    if (!answer.ok || answer.bytes === undefined || lifetime === undefined) return;
    if (answer.errors.length > 0 || saysNothing(answer)) return;
    if (lifetime.freshSeconds === 0) {
      this.#parts.noteForbidden(call);
      return;
    }
    const values = new RootValues(answer);
    const came = { call, texts: ROOT, parts: () => ROOT_PARTS, values, lifetime, begun };
    const notKept = this.#parts.keep(came);
    if (notKept !== null) this.#doors.notes?.notKept(call, notKept);
  }

  /** That there is no such entity is believed for a short time only, by who keeps the whole answer as well. */
  noteMissing(answer: EntityAnswer, lifetime: Lifetime): void {
    if (!answer.ok || answer.entities === null || !hasMissing(answer.entities, answer.errors))
      return;
    this.#doors.noteLifetime?.(this.#parts.missingLifetime(lifetime));
  }

  /** An entity with an error in it is not kept, and none where an error may belong to any. */
  keepEntities(
    call: RootedLoad,
    begun: Begun,
    answer: EntityAnswer,
    lifetime: Lifetime | undefined,
  ): void {
    if (lifetime === undefined) return;
    if (lifetime.freshSeconds === 0) {
      this.#parts.noteForbidden(call);
      return;
    }
    if (!answer.ok || answer.entities === null || answer.source === undefined) return;
    const { entities, errors, source } = answer;
    if (errors.length > 0 && errors.some(({ index }) => index === null)) return;
    this.noteMissing(answer, lifetime);
    const { texts } = call.representations;
    const { values } = source;
    const parts = () => toParts(entities, errors, source);
    const notKept = this.#parts.keep({ call, texts, parts, values, lifetime, begun });
    if (notKept !== null) this.#doors.notes?.notKept(call, notKept);
  }
}

type EntityErrors = Extract<EntityAnswer, { ok: true }>['errors'];

/** Whether the product has said of an entity, without an error, that there is none. */
function hasMissing(entities: readonly unknown[], errors: EntityErrors): boolean {
  for (let text = entities.indexOf(null); text !== -1; text = entities.indexOf(null, text + 1)) {
    if (!errors.some(({ index }) => index === text)) return true;
  }
  return false;
}

function toParts(
  entities: readonly unknown[],
  errors: EntityErrors,
  { indexes }: EntitySource,
): readonly CamePart[] {
  const wrong = new Set(errors.map(({ index }) => index));
  return entities.flatMap((entity, text): readonly CamePart[] => {
    if (wrong.has(text)) return [];
    return [{ text, index: indexes?.[text] ?? text, isMissing: entity === null }];
  });
}

/** Whether there is neither data nor an error. What is known has data, and would have to be read for that. */
export function saysNothing(answer: GivenAnswer): boolean {
  return !(answer instanceof KnownAnswer) && answer.data === null && answer.errors.length === 0;
}
