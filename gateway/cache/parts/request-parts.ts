import { createHash } from 'node:crypto';
import { tagsOfEntity } from '../collect-cache-tags.ts';
import { type Lifetime, NO_LIFETIME } from '../read-lifetime.ts';
import type { FoundParts } from './found-parts.ts';
import { Gathered } from './gathered.ts';
import type { NotKept } from './not-kept.ts';
import {
  type FoundInGroup,
  type KeptPart,
  KeptResponse,
  type PartCall,
  type PartGroup,
  type PartSchema,
  type PartTimes,
} from './part-kind.ts';
import type { PartCacheSettings } from './part-settings.ts';
import { type NewPart, type PartStore, toSize } from './part-store.ts';
import type { PartValues } from './part-values.ts';

/** What decides for one request which parts are for it. */
export interface PartRights {
  /** All that a product is told of the caller besides who it is and its scopes. */
  readonly told: (subgraph: string) => string;
  /** Equal for two requests only when they are the same caller's; null for one who is not known. */
  readonly caller: string | null;
  /** Whether what is kept will do. */
  readonly takesKept: boolean;
  /** Whether what is stale will do while a newer one is made. */
  readonly takesStale: boolean;
}

/** A part that has come. */
export interface CamePart {
  /** Among the texts. */
  readonly text: number;
  /** In the values. */
  readonly index: number;
  /** Whether there is no such entity. */
  readonly isMissing: boolean;
}

/** What a call has brought. */
export interface CameNow {
  readonly call: PartCall;
  /** What each part was asked for with; empty for what no entity is asked for. */
  readonly texts: readonly string[];
  /** Those that may be kept; asked for when there is a place for them. */
  readonly parts: () => readonly CamePart[];
  readonly values: PartValues;
  readonly lifetime: Lifetime;
  /** What `epochOf` said before the call was made. */
  readonly epoch: number;
}

/** Of the rest of a lifetime, as `AnswerCache` has it. */
const JITTER = 0.1;

/** A longer key is digested: variables can be as large as a request. */
const LONGEST_KEY = 200;

/** What one request may take from what is kept, and leave to others. */
export class RequestParts {
  readonly #store: PartStore;
  readonly #settings: PartCacheSettings;
  readonly #rights: PartRights;
  readonly #schema: PartSchema;
  /** By subgraph: most calls of a request to one have the same keys. */
  readonly #keys = new Map<string, PartKeys>();
  readonly #comesAgain = new Map<string, boolean>();
  /** Of a product: differs when something of it was forgotten. */
  readonly epochOf: (subgraph: string) => number;

  constructor(
    store: PartStore,
    settings: PartCacheSettings,
    rights: PartRights,
    schema: PartSchema,
    epochOf: (subgraph: string) => number,
  ) {
    this.#store = store;
    this.#settings = settings;
    this.#rights = rights;
    this.#schema = schema;
    this.epochOf = epochOf;
  }

  /**
   * Finds what is kept of the parts of a call.
   *
   * @param list Stands for the texts; the same one again is found faster.
   * @returns Null where nothing is.
   */
  find(call: PartCall, texts: readonly string[], list: object): FoundParts | null {
    if (!this.#rights.takesKept) return null;
    const kind = this.#store.find(call, this.#schema.version);
    if (kind === undefined) return null;
    const groups = this.#groupsOf(call, kind.groups);
    const found = groups.length === 0 ? null : this.#findIn(groups, texts, list);
    if (found === null) this.#looked(call.subgraph, kind.type, { miss: texts.length });
    else this.#count(call.subgraph, kind.type, found, texts.length);
    return found;
  }

  /** Finds what may be given because asking has failed; undefined where nothing may. */
  findForFailure(call: PartCall, texts: readonly string[]): readonly unknown[] | undefined {
    const { groups = new Map<string, PartGroup>() } =
      this.#store.find(call, this.#schema.version) ?? {};
    const nowMs = this.#settings.now();
    const values = [];
    if (!this.#rights.takesKept || !this.#rights.takesStale) return undefined;
    for (const text of texts) {
      const part = pick(this.#groupsOf(call, groups), text);
      if (part === undefined || nowMs >= part.times.staleIfErrorUntilMs) return undefined;
      values.push(part.value);
    }
    return values;
  }

  /**
   * Begins to make stale parts anew; those for which that is under way are left out.
   *
   * @returns Their indexes.
   */
  beginRefresh(call: PartCall, texts: readonly string[], stale: readonly number[]) {
    const parts = this.#partsAt(call, texts, stale).filter(([, part]) => !part.isRefreshed);
    for (const [, part] of parts) part.isRefreshed = true;
    const end = (): void => {
      for (const [, part] of parts) part.isRefreshed = false;
    };
    return { indexes: parts.map(([index]) => index), end };
  }

  refreshFailed(error: unknown): void {
    this.#settings.observer.refreshFailed(error);
  }

  /**
   * Keeps what has come, where the product allows that and nothing of it was forgotten meanwhile.
   *
   * @returns Why it is not kept; null where it is, or where the product does not allow it.
   */
  keep(came: CameNow): NotKept | null {
    const { call, lifetime, values, texts } = came;
    if (lifetime.freshSeconds === 0) return null;
    if (came.epoch !== this.epochOf(call.subgraph)) return 'FORGOTTEN';
    const { unstatedIsShared, now } = this.#settings;
    const isShared =
      lifetime.scope === 'public' || (lifetime.scope === 'unstated' && unstatedIsShared);
    const { caller } = this.#rights;
    if (!isShared && caller === null) return 'CALLER_UNKNOWN';
    const sharedKey = this.#keyOf(call, null);
    const key = isShared ? sharedKey : this.#keyOf(call, caller);
    if (!isShared) this.#dropShared(call, sharedKey, texts);
    if (!this.#isAdmitted(call, key, values.bytes)) return 'NOT_ADMITTED';
    const parts = came.parts();
    if (parts.length === 0) return null;
    const group = this.#store.group(call, this.#schema, key, texts[0] ?? '');
    // Requests whose loads were merged bring the same response.
    const own = parts.filter(({ text }) => {
      return group.parts.get(texts[text] as string)?.response.values !== values;
    });
    if (own.length === 0) return null;
    values.detach();
    const nowMs = now();
    const response = new KeptResponse(group, values, nowMs, {
      found: this.#timesOf(lifetime, nowMs),
      missing: this.#timesOf(this.missingLifetime(lifetime), nowMs),
    });
    const { subgraph } = call;
    const formats = this.#schema.cacheTags.filter(
      ({ field, product }) => field === null && product === subgraph,
    );
    const newParts = own.map((part): NewPart => {
      const text = texts[part.text] as string;
      const tags = tagsOfEntity(formats, subgraph, text);
      return { text, index: part.index, isMissing: part.isMissing, tags };
    });
    return this.#store.keep(response, newParts) ? null : 'TOO_LARGE';
  }

  /** How long it is believed that there is no such entity. */
  missingLifetime(lifetime: Lifetime): Lifetime {
    const freshSeconds = Math.min(lifetime.freshSeconds, this.#settings.missingSeconds);
    if (freshSeconds === 0) return NO_LIFETIME;
    return { ...lifetime, freshSeconds, staleWhileRevalidateSeconds: 0, staleIfErrorSeconds: 0 };
  }

  /** What a full store has nothing of comes in when a second request brings it. */
  #isAdmitted(call: PartCall, key: string, bytes: number): boolean {
    if (!this.#store.isFullFor(toSize(call, key, bytes))) return true;
    if (this.#store.find(call, this.#schema.version)?.groups.has(key) === true) return true;
    let comesAgain = this.#comesAgain.get(key);
    if (comesAgain === undefined) {
      comesAgain = this.#store.comesAgain(key);
      this.#comesAgain.set(key, comesAgain);
    }
    return comesAgain;
  }

  #findIn(
    groups: readonly PartGroup[],
    texts: readonly string[],
    list: object,
  ): FoundInGroup | null {
    const nowMs = this.#settings.now();
    const [first] = groups;
    const only = groups.length === 1 ? first : undefined;
    const before = only?.foundBefore(list, nowMs) ?? null;
    if (before !== null) {
      for (const response of before.responses) this.#store.touch(response);
      return before;
    }
    const gathered = new Gathered(texts.length, nowMs);
    for (let index = 0; index < texts.length; index += 1) {
      const part = pick(groups, texts[index] as string);
      gathered.add(index, this.#isUsable(part, nowMs) ? part : undefined);
    }
    if (gathered.absent.length === texts.length) return null;
    for (const response of gathered.responses) this.#store.touch(response);
    if (only !== undefined && gathered.isWholeAndFresh) {
      only.noteFound(list, gathered, gathered.freshUntilMs);
    }
    return gathered;
  }

  #isUsable(part: KeptPart | undefined, nowMs: number): boolean {
    if (part === undefined) return false;
    const { freshUntilMs, staleWhileRevalidateUntilMs } = part.times;
    return nowMs < (this.#rights.takesStale ? staleWhileRevalidateUntilMs : freshUntilMs);
  }

  #partsAt(call: PartCall, texts: readonly string[], indexes: readonly number[]) {
    const kind = this.#store.find(call, this.#schema.version);
    const groups = kind === undefined ? [] : this.#groupsOf(call, kind.groups);
    return indexes.flatMap((index): readonly (readonly [number, KeptPart])[] => {
      const part = pick(groups, texts[index] as string);
      return part === undefined ? [] : [[index, part]];
    });
  }

  /** What is kept for the caller alone comes first: it is never less strict. */
  #groupsOf(call: PartCall, groups: ReadonlyMap<string, PartGroup>): readonly PartGroup[] {
    const { caller } = this.#rights;
    const own = caller === null ? undefined : groups.get(this.#keyOf(call, caller));
    const shared = groups.get(this.#keyOf(call, null));
    if (own === undefined) return shared === undefined ? [] : [shared];
    return shared === undefined ? [own] : [own, shared];
  }

  /** What was public before is not any more. */
  #dropShared(call: PartCall, sharedKey: string, texts: readonly string[]): void {
    const shared = this.#store.find(call, this.#schema.version)?.groups.get(sharedKey);
    if (shared !== undefined) for (const text of texts) this.#store.drop(shared, text);
  }

  #keyOf({ subgraph, variables }: PartCall, caller: string | null): string {
    let keys = this.#keys.get(subgraph);
    if (keys === undefined || keys.variables !== variables) {
      keys = new PartKeys(variables, keys?.told ?? this.#rights.told(subgraph));
      this.#keys.set(subgraph, keys);
    }
    return caller === null ? keys.shared : keys.of(caller);
  }

  #timesOf(lifetime: Lifetime, nowMs: number): PartTimes {
    const jitter = 1 - JITTER * this.#settings.random();
    const freshMs = 1000 * lifetime.freshSeconds;
    const endsMs = nowMs + freshMs;
    return {
      lifetime,
      freshUntilMs: nowMs + freshMs * jitter,
      staleWhileRevalidateUntilMs: endsMs + 1000 * lifetime.staleWhileRevalidateSeconds,
      staleIfErrorUntilMs: endsMs + 1000 * lifetime.staleIfErrorSeconds,
    };
  }

  #count(subgraph: string, type: string, found: FoundInGroup, asked: number): void {
    const stale = found.stale.length;
    const miss = found.absent.length;
    const { missing } = found;
    this.#looked(subgraph, type, { stale, miss, missing, hit: asked - stale - miss - missing });
    const { observer, now } = this.#settings;
    observer.aged(subgraph, type, found.sumOfAgesMs(now()) / 1000);
    if (miss === 0) observer.saved(subgraph, type);
  }

  #looked(
    subgraph: string,
    type: string,
    counts: {
      readonly hit?: number;
      readonly missing?: number;
      readonly stale?: number;
      readonly miss: number;
    },
  ): void {
    const { looked } = this.#settings.observer;
    const { hit = 0, missing = 0, stale = 0, miss } = counts;
    if (hit > 0) looked(subgraph, type, 'hit', hit);
    if (missing > 0) looked(subgraph, type, 'missing', missing);
    if (stale > 0) looked(subgraph, type, 'stale', stale);
    if (miss > 0) looked(subgraph, type, 'miss', miss);
  }
}

/** The keys of one request for calls with the same variables to one product. */
class PartKeys {
  readonly variables: string;
  readonly told: string;
  readonly shared: string;
  #own: string | null = null;

  constructor(variables: string, told: string) {
    this.variables = variables;
    this.told = told;
    this.shared = writeKey(variables, told, '');
  }

  of(caller: string): string {
    this.#own ??= writeKey(this.variables, this.told, `\n${caller}`);
    return this.#own;
  }
}

/** Lengths stand before, so that no two different keys are written alike. */
function writeKey(variables: string, told: string, caller: string): string {
  const key = `${variables.length} ${told.length} ${variables}${told}${caller}`;
  return key.length > LONGEST_KEY ? createHash('sha256').update(key).digest('base64url') : key;
}

function pick(groups: readonly PartGroup[], text: string): KeptPart | undefined {
  for (const group of groups) {
    const part = group.parts.get(text);
    if (part !== undefined) return part;
  }
  return undefined;
}
