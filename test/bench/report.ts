import { execFileSync } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { cpus, totalmem } from 'node:os';
import { LOAD_GENERATOR, type LoadResult } from './measure-load.ts';

/** One load of one contestant in one round. */
export interface Measurement extends LoadResult {
  readonly workload: string;
  readonly contestant: string;
  readonly about: string;
  readonly callsPerRequest: number;
  /** Peak resident memory in MiB. */
  readonly memory: number | null;
}

interface SummaryRow {
  readonly workload: string;
  readonly contestant: string;
  readonly about: string;
  /** Medians over the rounds. */
  readonly requestsPerSecond: number;
  readonly p50: number;
  readonly p99: number;
  readonly memory: number | null;
  readonly callsPerRequest: number;
  /** Null where the other one answered nothing. */
  readonly toStock: number | null;
  readonly toFloor: number | null;
}

export interface Summary {
  readonly machine: string;
  readonly node: string;
  readonly commit: string;
  readonly load: string;
  readonly rounds: number;
  readonly seconds: number;
  readonly rows: readonly SummaryRow[];
}

/** Medians of the rounds, and each against the stock gateway and the floor of the same workload. */
export function summarise(
  measurements: readonly Measurement[],
  run: { readonly rounds: number; readonly seconds: number },
): Summary {
  const groups = groupBy(measurements);
  const rates = new Map(
    [...groups].map(([key, group]) => [key, median(group, 'requestsPerSecond')]),
  );
  const rows = [...groups].map(([key, group]) => {
    const [first] = group as [Measurement];
    const rate = rates.get(key) ?? Number.NaN;
    const against = (name: string) =>
      rate / (rates.get(`${first.workload}\n${name}`) ?? Number.NaN);
    return {
      workload: first.workload,
      contestant: first.contestant,
      about: first.about,
      requestsPerSecond: round(rate, 0),
      p50: round(median(group, 'p50'), 2),
      p99: round(median(group, 'p99'), 2),
      memory: group.at(-1)?.memory ?? null,
      callsPerRequest: round(median(group, 'callsPerRequest'), 2),
      toStock: ratio(against('stock')),
      toFloor: ratio(against('transport floor')),
    };
  });
  const [cpu] = cpus();
  return {
    machine: `${cpus().length} × ${cpu?.model.trim() ?? 'unknown'}, ${Math.round(totalmem() / 2 ** 30)} GiB`,
    node: process.version,
    commit: execFileSync('git', ['rev-parse', '--short', 'HEAD'], { encoding: 'utf8' }).trim(),
    load: LOAD_GENERATOR,
    ...run,
    rows,
  };
}

function keyOf({ workload, contestant }: Measurement): string {
  return `${workload}\n${contestant}`;
}

function groupBy(measurements: readonly Measurement[]): Map<string, Measurement[]> {
  const groups = new Map<string, Measurement[]>();
  for (const one of measurements) {
    const group = groups.get(keyOf(one));
    if (group === undefined) groups.set(keyOf(one), [one]);
    else group.push(one);
  }
  return groups;
}

function median(
  group: readonly Measurement[],
  figure: 'requestsPerSecond' | 'p50' | 'p99' | 'callsPerRequest',
): number {
  const sorted = group.map((one) => one[figure]).sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}

function ratio(value: number): number | null {
  return Number.isFinite(value) ? round(value, 2) : null;
}

function round(value: number, digits: number): number {
  return Number(value.toFixed(digits));
}

/** The table as Markdown, which also reads well on a terminal. */
export function renderTable({ rows }: Summary): string {
  const head = [
    'workload',
    'gateway',
    'req/s',
    'p50 ms',
    'p99 ms',
    'memory MiB',
    'calls/req',
    'to stock',
    'to floor',
  ];
  const body = rows.map((row) => [
    row.workload,
    row.contestant,
    row.requestsPerSecond.toLocaleString('en'),
    row.p50.toFixed(2),
    row.p99.toFixed(2),
    String(row.memory ?? '–'),
    String(row.callsPerRequest),
    row.toStock === null ? '–' : `${row.toStock.toFixed(2)}×`,
    row.toFloor?.toFixed(2) ?? '–',
  ]);
  const widths = head.map((title, column) =>
    Math.max(title.length, ...body.map((cells) => cells[column]?.length ?? 0)),
  );
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell, column) => (column < 2 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0))).join(' | ')} |`;
  const rule = `| ${widths.map((width, column) => (column < 2 ? '-'.repeat(width) : `${'-'.repeat(width - 1)}:`)).join(' | ')} |`;
  return `${[line(head), rule, ...body.map(line)].join('\n')}\n`;
}

/** Writes the committed page and the figures behind it. */
export async function writeReport(summary: Summary): Promise<void> {
  const folder = new URL('../../docs/reference/', import.meta.url);
  await writeFile(new URL('benchmarks.json', folder), `${JSON.stringify(summary, null, 2)}\n`);
  await writeFile(
    new URL('benchmarks.md', folder),
    `# Benchmarks

Written by \`npm run bench -- --write\`; do not edit. Medians of ${summary.rounds} rounds of ${summary.seconds} s
each, load from ${summary.load}. Commit ${summary.commit}, Node ${summary.node}, ${summary.machine}. Each gateway runs alone on
one core; load and subgraphs share another. Subgraphs answer from memory. Before anything is timed, all
gateways must give the same answer. Identical requests in flight are not answered together.

${renderTable(summary)}`,
  );
}
