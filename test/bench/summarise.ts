import { execFileSync } from 'node:child_process';
import { cpus, totalmem } from 'node:os';
import { LOAD_GENERATOR, type LoadResult } from './measure-load.ts';
import { PINNING } from './processes.ts';

/** One load of one contestant in one round. */
export interface Measurement extends LoadResult {
  readonly workload: string;
  readonly contestant: string;
  readonly about: string;
  /** The contestants that it is compared with. */
  readonly base: string;
  readonly floor: string;
  readonly callsPerRequest: number;
  /** Peak resident memory while the load ran, in MiB. */
  readonly memory: number | null;
}

/** What is reported of one contestant in one workload: medians over the rounds. */
export interface SummaryRow {
  readonly workload: string;
  readonly contestant: string;
  readonly about: string;
  /** Measurements, a count; absent in a file from before it was noted. */
  readonly rounds?: number;
  readonly requestsPerSecond: number;
  /** The slowest and the fastest round. */
  readonly slowest: number;
  readonly fastest: number;
  /** Milliseconds. */
  readonly p50: number;
  readonly p99: number;
  /** The highest of all rounds, in MiB. */
  readonly memory: number | null;
  readonly callsPerRequest: number;
  /** Ratios of requests per second; null where the other one did not take part. */
  readonly toStock: number | null;
  readonly toFloor: number | null;
  readonly toBase: number | null;
}

/** How a run came about. */
export interface RunFacts {
  readonly command: string;
  /** ISO 8601, to the minute. */
  readonly date: string;
  readonly rounds: number;
  readonly seconds: number;
  /** Load on each before; null where it differs by workload. */
  readonly warmSeconds: number | null;
  readonly notes: readonly string[];
}

export interface Summary extends RunFacts {
  readonly machine: string;
  readonly node: string;
  /** Followed by `-dirty` when the working tree had other changes. */
  readonly commit: string;
  readonly load: string;
  readonly pinning: string;
  readonly rows: readonly SummaryRow[];
}

/** Medians of the rounds, and each against the others in the same workload. */
export function summarise(measurements: readonly Measurement[], run: RunFacts): Summary {
  const groups = groupBy(measurements);
  const rates = new Map(
    [...groups].map(([key, group]) => [key, medianOf(group, 'requestsPerSecond')]),
  );
  const rows = [...groups].map(([key, group]) => toRow(group, rates.get(key) ?? 0, rates));
  const [cpu] = cpus();
  const gibibytes = Math.round(totalmem() / 2 ** 30);
  return {
    ...run,
    machine: `${cpus().length} × ${cpu?.model.trim() ?? 'unknown'}, ${gibibytes} GiB`,
    node: process.version,
    commit: git('describe', '--always', '--dirty', '--exclude', '*'),
    load: LOAD_GENERATOR,
    pinning: PINNING,
    rows,
  };
}

function toRow(
  group: readonly Measurement[],
  rate: number,
  rates: ReadonlyMap<string, number>,
): SummaryRow {
  const [first] = group as [Measurement];
  const all = group.map(({ requestsPerSecond }) => requestsPerSecond);
  const memories = group.flatMap(({ memory }) => (memory === null ? [] : [memory]));
  const against = (contestant: string): number | null => {
    const other = rates.get(keyOf({ ...first, contestant }));
    return other === undefined || other === 0 ? null : round(rate / other, 2);
  };
  return {
    workload: first.workload,
    contestant: first.contestant,
    about: first.about,
    rounds: group.length,
    requestsPerSecond: round(rate, 0),
    slowest: round(Math.min(...all), 0),
    fastest: round(Math.max(...all), 0),
    p50: round(medianOf(group, 'p50'), 2),
    p99: round(medianOf(group, 'p99'), 2),
    memory: memories.length === 0 ? null : Math.max(...memories),
    callsPerRequest: round(medianOf(group, 'callsPerRequest'), 2),
    toStock: against('stock'),
    toFloor: against(first.floor),
    toBase: against(first.base),
  };
}

function groupBy(measurements: readonly Measurement[]): Map<string, Measurement[]> {
  const groups = new Map<string, Measurement[]>();
  for (const one of measurements) {
    const group = groups.get(keyOf(one)) ?? [];
    group.push(one);
    groups.set(keyOf(one), group);
  }
  return groups;
}

function keyOf({ workload, contestant }: Pick<Measurement, 'workload' | 'contestant'>): string {
  return `${workload}\n${contestant}`;
}

function medianOf(
  group: readonly Measurement[],
  figure: 'requestsPerSecond' | 'p50' | 'p99' | 'callsPerRequest',
): number {
  const sorted = group.map((one) => one[figure]).sort((a, b) => a - b);
  const [low = Number.NaN, high = low] = [
    sorted[(sorted.length - 1) >> 1],
    sorted[sorted.length >> 1],
  ];
  return (low + high) / 2;
}

function round(value: number, digits: number): number {
  return Number(value.toFixed(digits));
}

function git(...words: readonly string[]): string {
  return execFileSync('git', words, { encoding: 'utf8' }).trim();
}
