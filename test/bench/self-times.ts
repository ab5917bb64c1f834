/** The part of a V8 CPU profile that is read here. */
export interface CpuProfile {
  readonly nodes: readonly {
    readonly id: number;
    readonly callFrame: {
      readonly functionName: string;
      readonly url: string;
      /** Counted from 0. */
      readonly lineNumber: number;
    };
  }[];
  /** Identifiers of the nodes that were running. */
  readonly samples: readonly number[];
  /** Microseconds since the sample before. */
  readonly timeDeltas: readonly number[];
}

/** Time that a function spent in its own code. */
export interface SelfTime {
  readonly name: string;
  /** File and line; empty for what V8 does itself. */
  readonly where: string;
  /** Of all time in which the process was not idle, from 0 to 1. */
  readonly share: number;
}

/**
 * Sums a profile by function, the largest first.
 *
 * @param seconds How much of the end of the profile counts, in time that was not idle.
 */
export function toSelfTimes(profile: CpuProfile, seconds: number): readonly SelfTime[] {
  const frames = new Map(profile.nodes.map(({ id, callFrame }) => [id, callFrame]));
  const times = new Map<string, { name: string; where: string; micros: number }>();
  let total = 0;
  for (let index = profile.samples.length - 1; index >= 0 && total < seconds * 1e6; index -= 1) {
    const frame = frames.get(profile.samples[index] ?? -1);
    if (frame === undefined || frame.functionName === '(idle)') continue;
    const micros = profile.timeDeltas[index] ?? 0;
    const where = frame.url === '' ? '' : `${shorten(frame.url)}:${frame.lineNumber + 1}`;
    const name = frame.functionName || '(anonymous)';
    const key = `${name}\n${where}`;
    const known = times.get(key) ?? { name, where, micros: 0 };
    times.set(key, { ...known, micros: known.micros + micros });
    total += micros;
  }
  return [...times.values()]
    .map(({ micros, ...rest }) => ({ ...rest, share: micros / total }))
    .sort((a, b) => b.share - a.share);
}

function shorten(url: string): string {
  return url.replace(/^.*\/(?=(?:node_modules|dist)\/)/, '').replace(/^file:\/\//, '');
}
