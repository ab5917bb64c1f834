/**
 * `npm run bench`: Meshgate, the stock gateway and the transport floor, side by
 * side on this machine, in one run. `--help` lists the options.
 *
 * @module
 */
import { writeFile } from 'node:fs/promises';
import { type Field, LOAD_CORE } from './field.ts';
import { startColdField, startKeptField } from './kept-field.ts';
import { measureField, WARM_SECONDS } from './measure-field.ts';
import { LOAD_GENERATOR } from './measure-load.ts';
import { startMeshField } from './mesh-field.ts';
import { type BenchOptions, HELP, parseOptions } from './options.ts';
import { PINNING, pinThisProcess } from './processes.ts';
import { profileWorkload } from './profile-workload.ts';
import { COLD_ROUNDS, renderPage, renderTable } from './render-report.ts';
import { startShopField } from './shop-field.ts';
import { type Measurement, type Summary, summarise } from './summarise.ts';
import {
  COLD_WORKLOADS,
  KEPT_WORKLOADS,
  MESH_WORKLOADS,
  SHOP_WORKLOADS,
  type Workload,
} from './workloads.ts';

const say = (line: string): void => void process.stderr.write(`${line}\n`);

interface Measured {
  readonly workloads: readonly Workload[];
  readonly start: () => Promise<Field>;
  /** Two processes of one program differ; where little is measured, each round has its own. */
  readonly isAnewEachRound: boolean;
}

const FIELDS: readonly Measured[] = [
  { workloads: SHOP_WORKLOADS, start: startShopField, isAnewEachRound: false },
  { workloads: KEPT_WORKLOADS, start: startKeptField, isAnewEachRound: false },
  { workloads: COLD_WORKLOADS, start: startColdField, isAnewEachRound: true },
  { workloads: MESH_WORKLOADS, start: startMeshField, isAnewEachRound: false },
];

const given = process.argv.slice(2);
try {
  await run(parseOptions(given));
} catch (error) {
  say(error instanceof Error ? error.message : String(error));
  // Servers that have started would keep this process alive; they end with it.
  process.exit(1);
}

async function run(options: BenchOptions): Promise<void> {
  if (options.help) {
    process.stdout.write(HELP);
    return;
  }
  pinThisProcess(LOAD_CORE);
  say(`Load: ${LOAD_GENERATOR}. Cores: ${PINNING}.`);
  if (options.profile !== null) {
    process.stdout.write(await profileWorkload(options.profile, options.seconds));
    return;
  }
  const summary = await measureAll(options);
  process.stdout.write(
    options.json ? `${JSON.stringify(summary, null, 2)}\n` : renderTable(summary),
  );
  if (options.write) await writeReport(summary);
}

async function measureAll(options: BenchOptions): Promise<Summary> {
  const date = `${new Date().toISOString().slice(0, 16)}Z`;
  const measurements: Measurement[] = [];
  const notes: string[] = [];
  for (const { workloads, start, isAnewEachRound } of FIELDS) {
    const chosen = options.workloads.filter((one) => workloads.includes(one));
    if (chosen.length === 0) continue;
    const rounds = options.rounds * (isAnewEachRound ? COLD_ROUNDS : 1);
    const all = Array.from({ length: rounds }, (_, index) => index + 1);
    for (const measured of isAnewEachRound ? all.map((round) => [round]) : [all]) {
      const tempo = { ...options, rounds, measured, isQuick: options.quick };
      const field = await start();
      try {
        measurements.push(...(await measureField(field, chosen, tempo, say)));
        if (measured.includes(1)) notes.push(...field.notes);
      } finally {
        await field.stop();
      }
    }
  }
  const { rounds, seconds } = options;
  const command = ['npm run bench', ...(given.length > 0 ? ['--', ...given] : [])].join(' ');
  return summarise(measurements, {
    ...{ command, date, rounds, seconds },
    warmSeconds: options.quick ? null : WARM_SECONDS,
    notes,
  });
}

async function writeReport(summary: Summary): Promise<void> {
  const folder = new URL('../../docs/reference/', import.meta.url);
  await writeFile(new URL('benchmarks.json', folder), `${JSON.stringify(summary, null, 2)}\n`);
  await writeFile(new URL('benchmarks.md', folder), renderPage(summary));
}
