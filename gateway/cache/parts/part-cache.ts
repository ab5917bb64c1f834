/**
 * Parts of answers that serve more than one request: single entities, and what one call from the root
 * has given.
 *
 * An answer as a whole serves only who asks the same; its parts serve whoever asks a product the
 * same about the same entity. A key holds all that the product is told besides the request id: the
 * text of the call, its variables, the representation, and of the caller its row claims, forwarded
 * headers and grants of this product; where the product said private, the caller too. Which rights
 * an operation mentions is not in it: what they refuse is not in the text of a call.
 *
 * Values are as the product gave them, before masks. Where there is a Redis, gateways share them; what
 * governance rules may hide is given to it encrypted only.
 *
 * @module
 */
import type { Forgetting } from '../answer-store.ts';
import type { ShadowedRequest } from './compared-parts.ts';
import { KnownCalls } from './known-calls.ts';
import type { PartRights } from './part-keys.ts';
import type { PartSchema } from './part-kind.ts';
import type { PartCacheSettings } from './part-settings.ts';
import { PartStore } from './part-store.ts';
import { RequestParts } from './request-parts.ts';

/** What is kept of the calls of one text. */
export interface PartUsage {
  readonly subgraph: string;
  /** Of its first entity, or the query type. */
  readonly type: string;
  /** Of memory, by an estimate. */
  readonly bytes: number;
  /** A count. */
  readonly parts: number;
}

/** Kept parts of all requests. Throws no dice and reads no clock: both are arguments. */
export class PartCache {
  readonly #settings: PartCacheSettings;
  readonly #store: PartStore;
  readonly #calls = new KnownCalls();
  /** How often something of a product was forgotten; of all products together under the empty name. */
  readonly #forgotten = new Map<string, number>();

  constructor(settings: PartCacheSettings) {
    this.#settings = settings;
    this.#store = new PartStore(settings.capacityBytes, settings.observer.evicted);
  }

  /** Memory taken, by an estimate. */
  get bytes(): number {
    return this.#store.bytes;
  }

  /** A count. */
  get parts(): number {
    return this.#store.parts;
  }

  /** What is kept now; several of them may be of one type. */
  get usage(): readonly PartUsage[] {
    return this.#store.kinds;
  }

  /**
   * What one request may take and leave.
   *
   * @param shadowed One that compares instead of taking; null for any other.
   */
  ofRequest(
    rights: PartRights,
    schema: PartSchema,
    shadowed: ShadowedRequest | null = null,
  ): RequestParts {
    const settings = this.#settings;
    const epochOf = (product: string) => this.#epochOf(product);
    return new RequestParts(
      { store: this.#store, settings, calls: this.#calls, epochOf },
      rights,
      schema,
      shadowed,
    );
  }

  /**
   * Forgets parts; what is being asked for at the moment is not kept when it comes.
   *
   * @returns How many were forgotten, a count.
   */
  forget(what: Forgetting | 'everything'): number {
    const name = what === 'everything' ? '' : what.product;
    this.#forgotten.set(name, (this.#forgotten.get(name) ?? 0) + 1);
    const count = what === 'everything' ? this.#store.forgetAll() : this.#store.forget(what);
    if (count > 0) this.#settings.observer.forgot(count);
    return count;
  }

  #epochOf(product: string): number {
    return (this.#forgotten.get(product) ?? 0) + (this.#forgotten.get('') ?? 0);
  }
}
