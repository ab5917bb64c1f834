import type { CameBefore, FoundParts } from './found-parts.ts';
import type { KeptParts } from './keep-parts.ts';
import type { PartCall } from './part-kind.ts';
import { toPartTimes } from './part-times.ts';
import type { ReadPlain } from './part-values.ts';
import type { FoundShared, SharedPart } from './shared-parts.ts';

/** Parts that came together once, and are for the same callers. */
interface SharedResponse {
  readonly first: SharedPart;
  readonly parts: { readonly position: number; readonly part: SharedPart }[];
}

/** What was found in Redis for one call, ready to be given and to be kept here as well. */
export interface TakenParts {
  /** Null where nothing was. */
  readonly found: FoundParts | null;
  readonly kept: readonly KeptParts[];
}

/**
 * Makes of what was found in Redis what this process gives and keeps. What has come together is kept
 * together, and ends everywhere at the time that its first keeper has chosen.
 *
 * @param keyOf Under which it is kept here; null where that cannot be.
 */
export function takeShared(
  call: PartCall,
  texts: readonly string[],
  { parts, moment }: FoundShared,
  readPlain: ReadPlain,
  keyOf: (isForAll: boolean) => string | null,
): TakenParts {
  const values: unknown[] = new Array<unknown>(texts.length);
  const cameBefore: CameBefore[] = [];
  const kept: KeptParts[] = [];
  let missing = 0;
  for (const { first, parts: own } of gather(parts)) {
    const { lifetime, cameAtMs, freshUntilMs } = first;
    const read = readPlain(own.map(({ part }) => part.plain));
    if (read === null) continue;
    for (const [index, { position, part }] of own.entries()) {
      values[position] = part.isMissing ? null : read.at(index);
      if (part.isMissing) missing += 1;
    }
    cameBefore.push({ lifetime, cameAtMs });
    const key = keyOf(first.isForAll);
    if (key === null) continue;
    const times = { ...toPartTimes(lifetime, cameAtMs, 0), freshUntilMs };
    kept.push({
      ...{ call, key, values: read, cameAtMs, moment, times: { found: times, missing: times } },
      parts: own.map(({ position, part }, index) => {
        return { text: texts[position] as string, index, isMissing: part.isMissing };
      }),
    });
  }
  if (cameBefore.length === 0) return { found: null, kept };
  const absent = texts.flatMap((_, index) => (index in values ? [] : [index]));
  return { found: { values, absent, stale: [], missing, cameBefore, moment }, kept };
}

function gather(parts: FoundShared['parts']): Iterable<SharedResponse> {
  const responses = new Map<string, SharedResponse>();
  for (const [position, part] of parts.entries()) {
    if (part === undefined) continue;
    const { cameAtMs, freshUntilMs, lifetime, isForAll } = part;
    const key = JSON.stringify([cameAtMs, freshUntilMs, lifetime, isForAll]);
    const known = responses.get(key);
    if (known === undefined) responses.set(key, { first: part, parts: [{ position, part }] });
    else known.parts.push({ position, part });
  }
  return responses.values();
}
