import { countDifferences } from '../../../shared/lang/count-differences.ts';
import type { ShadowedRequest } from './compared-parts.ts';
import type { PartsOfProcess } from './keep-parts.ts';
import { type PartKeys, pick } from './part-keys.ts';
import {
  type KeptPart,
  nameType,
  type PartCall,
  type PartGroup,
  type PartKind,
  type PartSchema,
} from './part-kind.ts';

/** What a product says of the parts of a call now. */
export interface SaidNow {
  /** In the order asked for, as JSON; undefined for what failed. */
  readonly values: readonly unknown[];
  /** Whether the product allows to keep them. */
  readonly isKeepable: boolean;
  /** Makes JSON of the value of a part. */
  readonly toJson: (value: unknown) => unknown;
}

/** What would have been given for one call. */
export interface WouldGive {
  /** Indexes of what would have been asked for. */
  readonly absent: readonly number[];
  /** Counts in how much the product says the same; nothing of what was forgotten or replaced meanwhile. */
  readonly compare: (now: SaidNow) => void;
}

/** What one request would be given of what this process keeps, beside what products say. */
export class ShadowParts {
  readonly #process: PartsOfProcess;
  readonly #keys: PartKeys;
  readonly #schema: PartSchema;
  readonly #request: ShadowedRequest;

  constructor(
    process: PartsOfProcess,
    keys: PartKeys,
    schema: PartSchema,
    request: ShadowedRequest,
  ) {
    this.#process = process;
    this.#keys = keys;
    this.#schema = schema;
    this.#request = request;
  }

  /** Finds what is fresh now of the parts of a call. */
  find(call: PartCall, texts: readonly string[]): WouldGive {
    const { store, settings } = this.#process;
    const groups = this.#groupsIn(this.#kindOf(call), call);
    const nowMs = settings.now();
    const parts = texts.map((text) => {
      const part = pick(groups, text);
      return part !== undefined && nowMs < part.times.freshUntilMs ? part : undefined;
    });
    // Whether it has to make room is as if it had been given.
    for (const response of new Set(parts.map((part) => part?.response))) {
      if (response !== undefined) store.touch(response);
    }
    const absent = parts.flatMap((part, index) => (part === undefined ? [index] : []));
    return { absent, compare: (now) => this.#compare(call, texts, parts, now) };
  }

  #compare(
    call: PartCall,
    texts: readonly string[],
    parts: readonly (KeptPart | undefined)[],
    { values, isKeepable, toJson }: SaidNow,
  ): void {
    const kind = this.#kindOf(call);
    const groups = this.#groupsIn(kind, call);
    const counts = { same: 0, different: 0, absent: 0, paths: 0 };
    for (const [index, part] of parts.entries()) {
      const value = values[index];
      if (value === undefined) continue;
      if (part === undefined) {
        if (isKeepable) counts.absent += 1;
      } else if (pick(groups, texts[index] as string) === part) {
        const paths = countDifferences(toJson(part.value), value);
        counts[paths === 0 ? 'same' : 'different'] += 1;
        counts.paths += paths;
      }
    }
    if (Object.values(counts).every((count) => count === 0)) return;
    const type = kind?.type ?? nameType(texts[0] as string, this.#schema.schema);
    const facts = { ...this.#request, product: call.subgraph, type, ...counts };
    this.#process.settings.observer.compared(facts);
  }

  #kindOf(call: PartCall): PartKind | undefined {
    return this.#process.store.find(call, this.#schema.version);
  }

  #groupsIn(kind: PartKind | undefined, call: PartCall): readonly PartGroup[] {
    return kind === undefined ? [] : this.#keys.groupsOf(call, kind.groups);
  }
}
