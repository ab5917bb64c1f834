import type { CameBefore, FoundParts } from './found-parts.ts';
import type { KeptPart, KeptResponse } from './part-kind.ts';
import type { PartTimes } from './part-times.ts';

/** What is found for one call, as it is gathered. */
export class Gathered implements FoundParts {
  readonly values: unknown[];
  readonly absent: number[] = [];
  readonly stale: number[] = [];
  readonly cameBefore: CameBefore[] = [];
  readonly responses = new Set<KeptResponse>();
  freshUntilMs = Number.POSITIVE_INFINITY;
  missing = 0;
  moment = Number.POSITIVE_INFINITY;
  #lastTimes: PartTimes | null = null;

  constructor(size: number) {
    this.values = new Array<unknown>(size);
  }

  get isWholeAndFresh(): boolean {
    return this.absent.length === 0 && this.stale.length === 0;
  }

  add(index: number, part: KeptPart | undefined, nowMs: number): void {
    if (part === undefined) {
      this.absent.push(index);
      return;
    }
    const { response, times } = part;
    this.values[index] = part.value;
    if (nowMs >= times.freshUntilMs) this.stale.push(index);
    else if (part.isMissing) this.missing += 1;
    if (times === this.#lastTimes) return;
    this.#lastTimes = times;
    this.responses.add(response);
    if (response.moment < this.moment) this.moment = response.moment;
    this.freshUntilMs = Math.min(this.freshUntilMs, times.freshUntilMs);
    this.cameBefore.push({ lifetime: times.lifetime, cameAtMs: response.cameAtMs });
  }
}
