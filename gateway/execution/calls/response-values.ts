import type { PartValues } from '../../cache/parts/part-values.ts';
import { isJsonObject } from '../json.ts';
import { KnownAnswer } from './known-answer.ts';
import type { GivenAnswer } from './subgraph-answer.ts';

/** Bytes of memory that a byte of JSON takes when it is parsed into small objects, measured roughly. */
const BYTES_PARSED = 4;

/**
 * Entities of a response that are kept: as bytes until somebody wants one, because those who asked
 * write into what was parsed for them.
 */
export class EntityValues implements PartValues {
  readonly bytes: number;
  #text: Buffer | null;
  #entities: readonly unknown[] | null;

  /**
   * @param text The body that they are in.
   * @param entities The same, where nobody writes into them; null otherwise.
   */
  constructor(text: Buffer, entities: readonly unknown[] | null) {
    this.bytes = (1 + BYTES_PARSED) * text.length;
    this.#text = entities === null ? text : null;
    this.#entities = entities;
  }

  detach(): void {
    // What a socket delivered is a part of something larger.
    if (this.#text !== null) this.#text = Buffer.from(this.#text);
  }

  at(index: number): unknown {
    this.#entities ??= this.#parse();
    return this.#entities[index];
  }

  plainAt(index: number): unknown {
    return this.at(index);
  }

  #parse(): readonly unknown[] {
    const { data } = JSON.parse(this.#text?.toString('utf8') ?? '{}') as {
      readonly data?: unknown;
    };
    this.#text = null;
    const entities = isJsonObject(data) ? data._entities : null;
    return Array.isArray(entities) ? entities : [];
  }
}

/** What a call from the root was answered, kept as bytes: whoever takes it writes into what it reads. */
export class RootValues implements PartValues {
  readonly bytes: number;
  #answer: GivenAnswer;

  /** @param given With its bytes. */
  constructor(given: GivenAnswer) {
    this.#answer = given;
    this.bytes = given.bytes?.length ?? 0;
  }

  detach(): void {
    const { bytes } = this.#answer;
    if (bytes !== undefined && !(this.#answer instanceof KnownAnswer)) {
      this.#answer = new KnownAnswer(bytes);
    }
  }

  at(): GivenAnswer {
    return this.#answer;
  }

  plainAt(): unknown {
    return this.#answer.bytes?.toString('utf8') ?? null;
  }
}

/** Entities that another process has kept. */
class PlainEntities implements PartValues {
  readonly bytes: number;
  readonly #entities: readonly unknown[];

  constructor(entities: readonly unknown[]) {
    this.#entities = entities;
    this.bytes = BYTES_PARSED * JSON.stringify(entities).length;
  }

  detach(): void {}

  at(index: number): unknown {
    return this.#entities[index];
  }

  plainAt(index: number): unknown {
    return this.#entities[index];
  }
}

/** Reads what `EntityValues` has written; what is missing is null. */
export function readPlainEntities(plain: readonly unknown[]): PartValues | null {
  const areEntities = plain.every((one) => one === null || isJsonObject(one));
  return areEntities ? new PlainEntities(plain) : null;
}

/** Reads what `RootValues` has written. */
export function readPlainRoot([text]: readonly unknown[]): PartValues | null {
  if (typeof text !== 'string') return null;
  try {
    const answer: unknown = JSON.parse(text);
    if (!isJsonObject(answer) || !isJsonObject(answer.data)) return null;
  } catch {
    return null;
  }
  return new RootValues(new KnownAnswer(Buffer.from(text)));
}
