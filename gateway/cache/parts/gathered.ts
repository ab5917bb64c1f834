import type { CameBefore } from './found-parts.ts';
import type { FoundInGroup, KeptPart, KeptResponse } from './part-kind.ts';
import type { PartTimes } from './part-times.ts';

/** What is found for one call, as it is gathered. */
export class Gathered implements FoundInGroup {
  readonly values: unknown[];
  readonly absent: number[] = [];
  readonly stale: number[] = [];
  readonly cameBefore: CameBefore[] = [];
  readonly responses = new Set<KeptResponse>();
  freshUntilMs = Number.POSITIVE_INFINITY;
  missing = 0;
  moment = Number.POSITIVE_INFINITY;
  #lastTimes: PartTimes | null = null;
  readonly #gatheredAtMs: number;
  #agesMs = 0;

  /** @param nowMs Epoch milliseconds. */
  constructor(size: number, nowMs: number) {
    this.values = new Array<unknown>(size);
    this.#gatheredAtMs = nowMs;
  }

  sumOfAgesMs(nowMs: number): number {
    const given = this.values.length - this.absent.length;
    // A clock may be put back.
    return Math.max(0, this.#agesMs + given * (nowMs - this.#gatheredAtMs));
  }

  get isWholeAndFresh(): boolean {
    return this.absent.length === 0 && this.stale.length === 0;
  }

  add(index: number, part: KeptPart | undefined): void {
    if (part === undefined) {
      this.absent.push(index);
      return;
    }
    const { response, times } = part;
    this.values[index] = part.value;
    this.#agesMs += this.#gatheredAtMs - response.cameAtMs;
    if (this.#gatheredAtMs >= times.freshUntilMs) this.stale.push(index);
    else if (part.isMissing) this.missing += 1;
    if (times === this.#lastTimes) return;
    this.#lastTimes = times;
    this.responses.add(response);
    if (response.moment < this.moment) this.moment = response.moment;
    this.freshUntilMs = Math.min(this.freshUntilMs, times.freshUntilMs);
    this.cameBefore.push({ lifetime: times.lifetime, cameAtMs: response.cameAtMs });
  }
}
