import type { GraphQLSchema } from 'graphql';
import { type AskedTypes, findTypesOf } from '../../operation/asked-types.ts';
import type { TagIndex } from '../../policy/tag-index.ts';
import type { CacheTagFormat } from '../../supergraph/read-cache-tags.ts';
import type { FoundParts } from './found-parts.ts';
import type { PartTimes } from './part-times.ts';
import type { PartValues } from './part-values.ts';
import { typeOfRepresentation } from './type-of-representation.ts';

/** A call, as far as all that ask the same of a product have it in common. */
export interface PartCall {
  readonly subgraph: string;
  /** `{"query":"…"`, the beginning of the request body. */
  readonly bodyStart: string;
  /** Members of the JSON object `variables` besides the representations; may be empty. */
  readonly variables: string;
}

/** What of a supergraph decides what is kept and forgotten. */
export interface PartSchema {
  readonly version: string;
  readonly schema: GraphQLSchema;
  readonly cacheTags: readonly CacheTagFormat[];
  readonly tags: TagIndex;
}

/** What is kept of the calls of one text to one product of one supergraph. */
export class PartKind {
  readonly subgraph: string;
  readonly bodyStart: string;
  readonly version: string;
  /** What the metrics call it: the type of its first entity, or that of the query. */
  readonly type: string;
  /** Whether it asks for no entity by its key. */
  readonly isOfRoot: boolean;
  readonly groups = new Map<string, PartGroup>();
  /** Of memory, by an estimate. */
  bytes = 0;
  readonly #types: AskedTypes;

  /** @param text Of the first part that is kept of it. */
  constructor({ subgraph, bodyStart }: PartCall, { version, schema }: PartSchema, text: string) {
    this.subgraph = subgraph;
    this.bodyStart = bodyStart;
    this.version = version;
    this.isOfRoot = text === '';
    this.type = nameType(text, schema);
    const { query } = JSON.parse(`${bodyStart}}`) as { readonly query: string };
    this.#types = findTypesOf(query, schema);
  }

  /** Whether it may hold data of a type; null for any. */
  asks(type: string | null): boolean {
    return this.#types.include(type);
  }

  /** Whether all that it may hold of a type are the entities that it asks for. */
  asksByKey(type: string): boolean {
    return this.#types.areKeyed(type);
  }

  /** A count. */
  get parts(): number {
    let parts = 0;
    for (const group of this.groups.values()) parts += group.parts.size;
    return parts;
  }

  group(key: string): PartGroup {
    let group = this.groups.get(key);
    if (group === undefined) {
      group = new PartGroup(this, key);
      this.groups.set(key, group);
    }
    return group;
  }
}

/** What the metrics call a call, after a part of it: the type of the entity, or that of the query. */
export function nameType(text: string, schema: GraphQLSchema): string {
  return text === '' ? (schema.getQueryType()?.name ?? 'Query') : typeOfRepresentation(text);
}

/** What was found for a list before, and until when that is so. */
interface FoundBefore {
  readonly version: number;
  /** Epoch milliseconds. */
  readonly untilMs: number;
  readonly found: FoundInGroup;
}

/** What is found, and which responses that is of. */
export interface FoundInGroup extends FoundParts {
  readonly responses: ReadonlySet<KeptResponse>;
  /** Ages of what is given, added up, at that time in epoch milliseconds. */
  sumOfAgesMs(nowMs: number): number;
}

/** Kept parts that may be given to the same callers, by the text that they are asked for with. */
export class PartGroup {
  readonly kind: PartKind;
  readonly key: string;
  readonly parts = new Map<string, KeptPart>();
  /** Goes up whenever a part comes or goes. */
  version = 0;
  #before: WeakMap<object, FoundBefore> | null = null;

  constructor(kind: PartKind, key: string) {
    this.kind = kind;
    this.key = key;
  }

  /** What was found for this very list when nothing else was kept than now, all of it fresh. */
  foundBefore(list: object, nowMs: number): FoundInGroup | null {
    const before = this.#before?.get(list);
    return before !== undefined && before.version === this.version && nowMs < before.untilMs
      ? before.found
      : null;
  }

  noteFound(list: object, found: FoundInGroup, untilMs: number): void {
    this.#before ??= new WeakMap();
    this.#before.set(list, { version: this.version, untilMs, found });
  }
}

/**
 * A response of which parts are kept: what memory is taken and given back by.
 *
 * Parts that came together are mostly used together, so the response is what is moved to the front
 * and what makes room, and no part costs a step of its own.
 */
export class KeptResponse {
  readonly group: PartGroup;
  readonly values: PartValues;
  readonly cameAtMs: number;
  /** Of parts that are there. */
  readonly found: PartTimes;
  /** Of those that the product does not have. */
  readonly missing: PartTimes;
  /** When it was begun, as `SharedValues` counts moments; 0 where nothing is shared. */
  readonly moment: number;
  /** Texts of its parts; some may be of a newer response by now. */
  readonly texts: string[] = [];
  /** How many of them are not, a count. */
  live = 0;
  /** What it takes of the memory; 0 until it is kept. */
  bytes = 0;

  constructor(
    group: PartGroup,
    values: PartValues,
    cameAtMs: number,
    times: { readonly found: PartTimes; readonly missing: PartTimes },
    moment: number,
  ) {
    this.group = group;
    this.values = values;
    this.cameAtMs = cameAtMs;
    this.found = times.found;
    this.missing = times.missing;
    this.moment = moment;
  }
}

/** One part of a kept response. */
export class KeptPart {
  readonly response: KeptResponse;
  readonly index: number;
  /** Whether the product has said that there is no such entity. */
  readonly isMissing: boolean;
  /** As `toTagKey` writes them. */
  readonly tags: readonly string[];
  /** Whether a newer one is asked for at the moment. */
  isRefreshed = false;

  constructor(response: KeptResponse, index: number, isMissing: boolean, tags: readonly string[]) {
    this.response = response;
    this.index = index;
    this.isMissing = isMissing;
    this.tags = tags;
  }

  get times(): PartTimes {
    return this.isMissing ? this.response.missing : this.response.found;
  }

  get value(): unknown {
    return this.isMissing ? null : this.response.values.at(this.index);
  }
}
