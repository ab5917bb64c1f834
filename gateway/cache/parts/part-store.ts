import { LRUCache } from 'lru-cache';
import { Admission } from '../admission.ts';
import type { Forgetting } from '../answer-store.ts';
import type { ChangedEntities } from '../changed-entities.ts';
import { toTagKey } from '../collect-cache-tags.ts';
import type { PartSchema } from './part-kind.ts';
import {
  KeptPart,
  type KeptResponse,
  type PartCall,
  type PartGroup,
  PartKind,
} from './part-kind.ts';

/** No response may take more than this part of the store, so that one cannot push out all others. */
const LARGEST_SHARE = 8;

/** What a response takes besides its values and keys, in bytes, roughly. */
const RESPONSE_BYTES = 800;

/** What a part takes besides its text. */
const PART_BYTES = 150;

/** What a tag takes besides its text. */
const TAG_BYTES = 150;

/** What a response takes besides its parts, in bytes. */
export function toSize({ bodyStart }: { bodyStart: string }, key: string, bytes: number): number {
  return RESPONSE_BYTES + bytes + 2 * key.length + bodyStart.length;
}

/** A part that is to be kept. */
export interface NewPart {
  /** What it is asked for with; empty for what no entity is asked for. */
  readonly text: string;
  /** Where in the values it stands. */
  readonly index: number;
  readonly isMissing: boolean;
  /** As `toTagKey` writes them. */
  readonly tags: readonly string[];
}

/**
 * Kept parts, bounded by bytes; what came with the least recently used goes first. A group that is new
 * to a full store is kept when it comes again. Reads no clock.
 */
export class PartStore {
  readonly #responses: LRUCache<KeptResponse, true>;
  readonly #kinds = new Map<string, PartKind[]>();
  readonly #byTag = new Map<string, Map<KeptPart, string>>();
  readonly #capacityBytes: number;
  readonly #admission = new Admission();
  #parts = 0;

  /**
   * @param capacityBytes By an estimate; more than zero.
   * @param onEvicted Told of each response that had to make room.
   */
  constructor(capacityBytes: number, onEvicted: () => void) {
    this.#capacityBytes = capacityBytes;
    this.#responses = new LRUCache<KeptResponse, true>({
      maxSize: capacityBytes,
      maxEntrySize: Math.ceil(capacityBytes / LARGEST_SHARE),
      dispose: (_, response, reason) => {
        response.group.kind.bytes -= response.bytes;
        this.#removeParts(response);
        if (reason === 'evict') onEvicted();
      },
    });
  }

  /** Bytes taken, by the same estimate. */
  get bytes(): number {
    return this.#responses.calculatedSize;
  }

  /** A count. */
  get parts(): number {
    return this.#parts;
  }

  /** In no order. */
  get kinds(): readonly PartKind[] {
    return [...this.#kinds.values()].flat();
  }

  find({ subgraph, bodyStart }: PartCall, version: string): PartKind | undefined {
    const kinds = this.#kinds.get(bodyStart);
    if (kinds === undefined) return undefined;
    for (const kind of kinds) {
      if (kind.subgraph === subgraph && kind.version === version) return kind;
    }
    return undefined;
  }

  /** Notes that something of a response was used. */
  touch(response: KeptResponse): void {
    this.#responses.get(response);
  }

  /** Whether something has to make room for so many bytes. */
  isFullFor(bytes: number): boolean {
    return this.bytes + bytes > this.#capacityBytes;
  }

  /** Whether a request before was refused for the same key; a full store has no place for others. */
  comesAgain(key: string): boolean {
    return this.#admission.comesAgain(key);
  }

  /** The group of a key, to keep something in; made where it is not there. */
  group(call: PartCall, schema: PartSchema, key: string, text: string): PartGroup {
    let kind = this.find(call, schema.version);
    if (kind === undefined) {
      kind = new PartKind(call, schema, text);
      const others = this.#kinds.get(call.bodyStart);
      if (others === undefined) this.#kinds.set(call.bodyStart, [kind]);
      else others.push(kind);
    }
    return kind.group(key);
  }

  /**
   * Keeps parts of a response, in the place of older ones.
   *
   * @returns False where it is too large for that.
   */
  keep(response: KeptResponse, parts: readonly NewPart[]): boolean {
    const { group } = response;
    let size = toSize(group.kind, group.key, response.values.bytes);
    for (const { text, index, isMissing, tags } of parts) {
      this.drop(group, text);
      const part = new KeptPart(response, index, isMissing, tags);
      group.parts.set(text, part);
      response.texts.push(text);
      size += PART_BYTES + text.length;
      for (const tag of tags) {
        this.#tagged(tag).set(part, text);
        size += TAG_BYTES + tag.length;
      }
    }
    response.live = parts.length;
    this.#parts += parts.length;
    group.version += 1;
    // Dropping the last old part may have let the group go.
    group.kind.groups.set(group.key, group);
    this.#hold(group.kind);
    this.#responses.set(response, true, { size });
    if (this.#responses.has(response)) {
      response.bytes = size;
      group.kind.bytes += size;
      return true;
    }
    this.#removeParts(response);
    return false;
  }

  /** Lets go of one part. */
  drop(group: PartGroup, text: string): void {
    const part = group.parts.get(text);
    if (part === undefined) return;
    this.#remove(part, text);
    if (part.response.live === 0) this.#responses.delete(part.response);
  }

  /** @returns How many parts were forgotten, a count. */
  forget(what: Forgetting): number {
    const before = this.#parts;
    if ('tag' in what) this.#forgetTag(what);
    else {
      for (const kind of this.#kindsOf(what.product)) {
        if (!kind.asks(what.type)) continue;
        if ('entities' in what && kind.asksByKey(what.type)) this.#forgetSome(kind, what.entities);
        else this.#forgetKind(kind);
      }
    }
    return before - this.#parts;
  }

  forgetAll(): number {
    const before = this.#parts;
    this.#responses.clear();
    return before;
  }

  /** Only what was asked for by its key has tags that can be told, so all of the others go. */
  #forgetTag({ product, tag }: { readonly product: string; readonly tag: string }): void {
    for (const [part, text] of [...(this.#byTag.get(toTagKey(product, tag)) ?? [])]) {
      this.drop(part.response.group, text);
    }
    for (const kind of this.#kindsOf(product)) if (kind.isOfRoot) this.#forgetKind(kind);
  }

  #forgetKind(kind: PartKind): void {
    for (const group of [...kind.groups.values()]) {
      for (const text of [...group.parts.keys()]) this.drop(group, text);
    }
  }

  #forgetSome(kind: PartKind, entities: ChangedEntities): void {
    for (const group of [...kind.groups.values()]) {
      for (const text of [...group.parts.keys()]) {
        if (entities.mayInclude(text)) this.drop(group, text);
      }
    }
  }

  #kindsOf(product: string): readonly PartKind[] {
    return this.kinds.filter(({ subgraph }) => subgraph === product);
  }

  #removeParts(response: KeptResponse): void {
    for (const text of response.texts) {
      const part = response.group.parts.get(text);
      if (part?.response === response) this.#remove(part, text);
    }
  }

  #remove(part: KeptPart, text: string): void {
    const { response, tags } = part;
    const { group } = response;
    group.parts.delete(text);
    group.version += 1;
    response.live -= 1;
    this.#parts -= 1;
    for (const tag of tags) {
      const tagged = this.#byTag.get(tag);
      tagged?.delete(part);
      if (tagged?.size === 0) this.#byTag.delete(tag);
    }
    if (group.parts.size > 0) return;
    group.kind.groups.delete(group.key);
    if (group.kind.groups.size === 0) this.#release(group.kind);
  }

  #tagged(tag: string): Map<KeptPart, string> {
    let tagged = this.#byTag.get(tag);
    if (tagged === undefined) {
      tagged = new Map();
      this.#byTag.set(tag, tagged);
    }
    return tagged;
  }

  #hold(kind: PartKind): void {
    const kinds = this.#kinds.get(kind.bodyStart) ?? [];
    if (!kinds.includes(kind)) kinds.push(kind);
    this.#kinds.set(kind.bodyStart, kinds);
  }

  #release(kind: PartKind): void {
    const others = (this.#kinds.get(kind.bodyStart) ?? []).filter((one) => one !== kind);
    if (others.length === 0) this.#kinds.delete(kind.bodyStart);
    else this.#kinds.set(kind.bodyStart, others);
  }
}
