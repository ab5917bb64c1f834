import { tagsOfEntity } from '../collect-cache-tags.ts';
import type { CameNow } from './came-now.ts';
import type { KnownCall, KnownCalls } from './known-calls.ts';
import type { NotKept } from './not-kept.ts';
import type { PartKeys, PartRights } from './part-keys.ts';
import { KeptResponse, type PartCall, type PartSchema } from './part-kind.ts';
import type { PartCacheSettings } from './part-settings.ts';
import { type NewPart, type PartStore, toSize } from './part-store.ts';
import { type PartTimes, toMissingLifetime, toPartTimes } from './part-times.ts';
import type { PartValues } from './part-values.ts';
import type { PutPart } from './shared-parts.ts';

/** What the requests of one process have in common. */
export interface PartsOfProcess {
  readonly store: PartStore;
  readonly settings: PartCacheSettings;
  readonly calls: KnownCalls;
  /** Of a product: differs when something of it was forgotten. */
  readonly epochOf: (subgraph: string) => number;
}

/** Parts of one call with all that has to be kept of them. */
export interface KeptParts {
  readonly call: PartCall;
  readonly key: string;
  readonly values: PartValues;
  readonly cameAtMs: number;
  readonly times: { readonly found: PartTimes; readonly missing: PartTimes };
  readonly moment: number;
  readonly parts: readonly Omit<NewPart, 'tags'>[];
}

/** Keeps what one request brings. */
export class PartKeeper {
  readonly #process: PartsOfProcess;
  readonly #rights: PartRights;
  readonly #schema: PartSchema;
  readonly #keys: PartKeys;
  readonly #comesAgain = new Map<string, boolean>();

  constructor(process: PartsOfProcess, rights: PartRights, schema: PartSchema, keys: PartKeys) {
    this.#process = process;
    this.#rights = rights;
    this.#schema = schema;
    this.#keys = keys;
  }

  /** Keeps what a product has given. */
  keep(came: CameNow): NotKept | null {
    const { call, lifetime, values, texts, begun } = came;
    const { settings, store, calls, epochOf } = this.#process;
    if (lifetime.freshSeconds === 0) return null;
    if (begun.epoch !== epochOf(call.subgraph)) return 'FORGOTTEN';
    const isShared =
      lifetime.scope === 'public' || (lifetime.scope === 'unstated' && settings.unstatedIsShared);
    const known = calls.of(call, this.#schema.version);
    known.latest = isShared ? 'shared' : 'own';
    const key = isShared ? this.#keys.shared(call) : this.#keys.own(call);
    if (key === null) return 'CALLER_UNKNOWN';
    if (!isShared) this.#dropShared(call, texts);
    if (!this.#isAdmitted(call, key, values.bytes)) return refuse(known, 'NOT_ADMITTED');
    const parts = came.parts();
    if (parts.length === 0) return null;
    const kept = store.find(call, this.#schema.version)?.groups.get(key)?.parts;
    // Requests whose loads were merged bring the same response.
    const own = parts.filter(({ text }) => {
      return kept?.get(texts[text] as string)?.response.values !== values;
    });
    if (own.length === 0) return null;
    values.detach();
    const nowMs = settings.now();
    const missing = toMissingLifetime(lifetime, settings.missingSeconds);
    const times = {
      found: toPartTimes(lifetime, nowMs, settings.random()),
      missing: toPartTimes(missing, nowMs, settings.random()),
    };
    const newParts = own.map(({ text, index, isMissing }) => {
      return { text: texts[text] as string, index, isMissing };
    });
    const all = { call, key, values, cameAtMs: nowMs, times, moment: begun.moment };
    const isKept = this.#keepIn({ ...all, parts: newParts });
    if (!isKept) return refuse(known, 'TOO_LARGE');
    if (begun.ticket !== null) this.#share({ ...all, parts: newParts }, isShared, begun.ticket);
    return null;
  }

  /** Keeps what another process has kept, where there is a place for it. */
  keepTaken(taken: KeptParts): void {
    const { call, key, values } = taken;
    if (!this.#isAdmitted(call, key, values.bytes) || !this.#keepIn(taken)) return;
    const known = this.#process.calls.of(call, this.#schema.version);
    known.latest ??= key === this.#keys.shared(call) ? 'shared' : 'own';
  }

  #keepIn({ call, key, values, cameAtMs, times, moment, parts }: KeptParts): boolean {
    const { subgraph } = call;
    const { store } = this.#process;
    const group = store.group(call, this.#schema, key, parts[0]?.text ?? '');
    const response = new KeptResponse(group, values, cameAtMs, times, moment);
    const formats = this.#schema.cacheTags.filter(
      ({ field, product }) => field === null && product === subgraph,
    );
    const newParts = parts.map((part): NewPart => {
      return { ...part, tags: tagsOfEntity(formats, subgraph, part.text) };
    });
    return store.keep(response, newParts);
  }

  /** Once the answer is on its way: to seal many values takes time. */
  #share({ call, values, cameAtMs, times, parts }: KeptParts, isForAll: boolean, ticket: string) {
    const { shared } = this.#process.settings;
    if (shared === null) return;
    const caller = isForAll ? null : this.#rights.caller;
    const place = this.#keys.placeOf(call, this.#schema.version);
    setImmediate(() => {
      const put = parts.map(({ text, index, isMissing }): PutPart => {
        const { lifetime, freshUntilMs } = isMissing ? times.missing : times.found;
        const plain = isMissing ? null : values.plainAt(index);
        return { text, part: { cameAtMs, freshUntilMs, lifetime, isMissing, plain, isForAll } };
      });
      shared.put({ product: call.subgraph, place }, caller, put, ticket);
    });
  }

  /** What a full store has nothing of comes in when a second request brings it. */
  #isAdmitted(call: PartCall, key: string, bytes: number): boolean {
    const { store } = this.#process;
    if (!store.isFullFor(toSize(call, key, bytes))) return true;
    if (store.find(call, this.#schema.version)?.groups.has(key) === true) return true;
    let comesAgain = this.#comesAgain.get(key);
    if (comesAgain === undefined) {
      comesAgain = store.comesAgain(key);
      this.#comesAgain.set(key, comesAgain);
    }
    return comesAgain;
  }

  /** What was public before is not any more. */
  #dropShared(call: PartCall, texts: readonly string[]): void {
    const { store } = this.#process;
    const shared = store.find(call, this.#schema.version)?.groups.get(this.#keys.shared(call));
    if (shared !== undefined) for (const text of texts) store.drop(shared, text);
  }
}

/** For what is not kept nobody waits. */
function refuse(known: KnownCall, why: NotKept): NotKept {
  known.latest = null;
  return why;
}
