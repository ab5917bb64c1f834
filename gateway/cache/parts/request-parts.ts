import type { Lifetime } from '../read-lifetime.ts';
import type { LeasesRequest, Ticket } from '../shared/shared-values.ts';
import type { Begun, CameNow } from './came-now.ts';
import type { ShadowedRequest } from './compared-parts.ts';
import { countFound } from './count-found.ts';
import type { FoundParts } from './found-parts.ts';
import { Gathered } from './gathered.ts';
import { PartKeeper, type PartsOfProcess } from './keep-parts.ts';
import type { KnownCall } from './known-calls.ts';
import type { NotKept } from './not-kept.ts';
import { type Boarding, board } from './part-flight.ts';
import { PartKeys, type PartRights, pick } from './part-keys.ts';
import type { FoundInGroup, KeptPart, PartCall, PartGroup, PartSchema } from './part-kind.ts';
import { toMissingLifetime } from './part-times.ts';
import type { ReadPlain } from './part-values.ts';
import { ShadowParts } from './shadow-parts.ts';
import type { SharedPart } from './shared-parts.ts';
import { SharedSearch, type Taken, type Waiting } from './shared-search.ts';
import { takeShared } from './take-shared.ts';

const NOTHING_TAKEN: Taken = { found: null, ticket: null, taken: [], release: null };

/** What one request may take from what is kept, and leave to others. */
export class RequestParts {
  readonly #process: PartsOfProcess;
  readonly #rights: PartRights;
  readonly #schema: PartSchema;
  readonly #keys: PartKeys;
  #keeper: PartKeeper | null = null;
  /** What is compared instead of being taken; null where nothing is. */
  readonly shadow: ShadowParts | null;

  constructor(
    process: PartsOfProcess,
    rights: PartRights,
    schema: PartSchema,
    shadowed: ShadowedRequest | null,
  ) {
    this.#process = process;
    this.#rights = rights;
    this.#schema = schema;
    this.#keys = new PartKeys(rights);
    this.shadow = shadowed === null ? null : new ShadowParts(process, this.#keys, schema, shadowed);
  }

  /**
   * Finds what is kept in this process of the parts of a call.
   *
   * @param list Stands for the texts; the same one again is found faster.
   * @returns Null where nothing is; `skipped` where it was not looked, and nothing is to be kept.
   */
  find(call: PartCall, texts: readonly string[], list: object): FoundParts | null | 'skipped' {
    if (!this.#rights.takesKept) return null;
    const known = this.#knownCall(call);
    if (!known.prospect.isWorthLooking()) return 'skipped';
    const found = this.#find(call, texts, list, true);
    if (found !== null) known.prospect.noteFound();
    return found;
  }

  /** Finds what is kept now that others have asked for it. */
  findLanded(call: PartCall, texts: readonly string[]): FoundParts | null {
    return this.#rights.takesKept ? this.#find(call, texts, texts, false) : null;
  }

  #find(
    call: PartCall,
    texts: readonly string[],
    list: object,
    savesCall: boolean,
  ): FoundParts | null {
    const { store, settings } = this.#process;
    const kind = store.find(call, this.#schema.version);
    if (kind === undefined) return null;
    const groups = this.#keys.groupsOf(call, kind.groups);
    const found = groups.length === 0 ? null : this.#findIn(groups, texts, list);
    if (found === null) return null;
    countFound(settings.observer, kind, found, 'hit');
    settings.observer.aged(kind.subgraph, kind.type, found.sumOfAgesMs(settings.now()) / 1000);
    if (savesCall && found.absent.length === 0) settings.observer.saved(kind.subgraph, kind.type);
    return found;
  }

  /** Finds what may be given because asking has failed; undefined where nothing may. */
  findForFailure(call: PartCall, texts: readonly string[]): readonly unknown[] | undefined {
    const { store, settings } = this.#process;
    const kind = store.find(call, this.#schema.version);
    if (kind === undefined || !this.#rights.takesKept || !this.#rights.takesStale) return undefined;
    const groups = this.#keys.groupsOf(call, kind.groups);
    const nowMs = settings.now();
    const values = [];
    for (const text of texts) {
      const part = pick(groups, text);
      if (part === undefined || nowMs >= part.times.staleIfErrorUntilMs) return undefined;
      values.push(part.value);
    }
    return values;
  }

  /** Whether Redis may hold parts of a call that this request may take or leave. */
  isSharing(call: PartCall): boolean {
    const { shared } = this.#process.settings;
    if (shared === null) return false;
    const known = this.#knownCall(call);
    if (known.latest === 'nobody') return false;
    if (known.latest === 'own' && this.#rights.caller === null) return false;
    return shared.isEncrypted || !known.asksTagged(this.#schema);
  }

  /**
   * Begins to look for the parts of one call in Redis.
   *
   * @param waiting Null where no other gateway is waited for.
   */
  searchShared(waiting: Waiting | null): SharedSearch {
    return new SharedSearch(this, this.#process.settings, waiting);
  }

  /**
   * Finds what Redis holds of the parts of a call, and keeps it in this process too. Never rejects.
   *
   * @param wanted Null where neither is another gateway waited for nor shall one wait.
   * @returns With the ticket of what is asked for from now on; nothing is found or waited for where
   *   something was forgotten meanwhile.
   */
  async takeShared(
    call: PartCall,
    texts: readonly string[],
    readPlain: ReadPlain,
    wanted: LeasesRequest | null,
  ): Promise<Taken> {
    const { settings, epochOf, store } = this.#process;
    const { subgraph: product } = call;
    if (settings.shared === null) return NOTHING_TAKEN;
    const epoch = epochOf(product);
    const place = this.#keys.placeOf(call, this.#schema.version);
    const known = this.#knownCall(call);
    const callers = this.#callersOf(known);
    const leases = isWaitedFor(known) && callers.length === 1 ? wanted : null;
    const shared = await settings.shared.find({ product, place }, callers, texts, leases);
    const { ticket } = shared;
    const { taken, release } = shared.leases;
    if (epoch !== epochOf(product)) return { ...NOTHING_TAKEN, ticket, release };
    if (taken.length > 0) known.prospect.noteFound();
    const keyOf = (isForAll: boolean) =>
      isForAll ? this.#keys.shared(call) : this.#keys.own(call);
    const { found, kept } = takeShared(call, texts, shared, readPlain, keyOf);
    if (found !== null) known.prospect.noteFound();
    for (const one of kept) this.#keeping.keepTaken(one);
    const kind = found === null ? undefined : store.find(call, this.#schema.version);
    if (found !== null && kind !== undefined) {
      countFound(settings.observer, kind, found, 'shared_hit');
      settings.observer.aged(product, kind.type, sumOfAgesMs(shared.parts, settings.now()) / 1000);
    }
    return { found, ticket, taken, release };
  }

  /** For whom parts are looked for in Redis: what the product has said last counts, where it is known. */
  #callersOf({ latest }: KnownCall): readonly (string | null)[] {
    const { caller, takesKept } = this.#rights;
    if (!takesKept) return [];
    if (latest === 'shared' || caller === null) return [null];
    return latest === 'own' ? [caller] : [caller, null];
  }

  /**
   * Takes off for parts that nobody asks for at the moment, of calls that are mostly kept.
   *
   * @returns Null where nobody waits for anybody.
   */
  board(call: PartCall, texts: readonly string[]): Boarding | null {
    const known = this.#rights.takesKept ? this.#knownCall(call) : null;
    if (known === null || !isWaitedFor(known)) return null;
    const key = known.latest === 'shared' ? this.#keys.shared(call) : this.#keys.own(call);
    if (key === null) return null;
    const boarding = board(known.flightsOf(key), texts, this.#process.epochOf(call.subgraph));
    if (boarding.own !== null) known.prospect.noteFound();
    return boarding;
  }

  /** Notes what holds before a call is made. */
  begin(subgraph: string, ticket: Ticket): Begun {
    const { settings, epochOf } = this.#process;
    return { epoch: epochOf(subgraph), moment: settings.moments?.moment ?? 0, ticket };
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
    this.#process.settings.observer.refreshFailed(error);
  }

  /**
   * Keeps what has come, where the product allows that and nothing of it was forgotten meanwhile.
   *
   * @returns Why it is not kept; null where it is, or where the product does not allow it.
   */
  keep(came: CameNow): NotKept | null {
    return this.#keeping.keep(came);
  }

  /** Notes that a product does not allow to keep what it has given. */
  noteForbidden(call: PartCall): void {
    this.#knownCall(call).latest = 'nobody';
  }

  /** Counts a call that was not made. */
  saved(call: PartCall): void {
    const { store, settings } = this.#process;
    const kind = store.find(call, this.#schema.version);
    if (kind !== undefined) settings.observer.saved(call.subgraph, kind.type);
  }

  /** Counts parts that the product is asked for, where it has allowed to keep others. */
  missed(call: PartCall, parts: number): void {
    const { store, settings } = this.#process;
    const kind = this.#rights.takesKept ? store.find(call, this.#schema.version) : undefined;
    if (kind !== undefined) settings.observer.looked(call.subgraph, kind.type, 'miss', parts);
  }

  /** How long it is believed that there is no such entity. */
  missingLifetime(lifetime: Lifetime): Lifetime {
    return toMissingLifetime(lifetime, this.#process.settings.missingSeconds);
  }

  #knownCall(call: PartCall): KnownCall {
    return this.#process.calls.of(call, this.#schema.version);
  }

  get #keeping(): PartKeeper {
    this.#keeper ??= new PartKeeper(this.#process, this.#rights, this.#schema, this.#keys);
    return this.#keeper;
  }

  #findIn(
    groups: readonly PartGroup[],
    texts: readonly string[],
    list: object,
  ): FoundInGroup | null {
    const { store, settings } = this.#process;
    const nowMs = settings.now();
    const [first] = groups;
    const only = groups.length === 1 ? first : undefined;
    const before = only?.foundBefore(list, nowMs) ?? null;
    if (before !== null) {
      for (const response of before.responses) store.touch(response);
      return before;
    }
    const gathered = new Gathered(texts.length, nowMs);
    for (let index = 0; index < texts.length; index += 1) {
      const part = pick(groups, texts[index] as string);
      gathered.add(index, this.#isUsable(part, nowMs) ? part : undefined);
    }
    if (gathered.absent.length === texts.length) return null;
    for (const response of gathered.responses) store.touch(response);
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
    const kind = this.#process.store.find(call, this.#schema.version);
    const groups = kind === undefined ? [] : this.#keys.groupsOf(call, kind.groups);
    return indexes.flatMap((index): readonly (readonly [number, KeptPart])[] => {
      const part = pick(groups, texts[index] as string);
      return part === undefined ? [] : [[index, part]];
    });
  }
}

/** Whether requests wait for one another, here and in other gateways. */
function isWaitedFor({ latest }: KnownCall): boolean {
  return latest === 'shared' || latest === 'own';
}

/** Of what Redis holds. */
function sumOfAgesMs(parts: readonly (SharedPart | undefined)[], nowMs: number): number {
  let sum = 0;
  for (const part of parts) if (part !== undefined) sum += Math.max(0, nowMs - part.cameAtMs);
  return sum;
}
