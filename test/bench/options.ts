import { parseArgs } from 'node:util';
import { WORKLOADS, type Workload } from './workloads.ts';

export const HELP = `npm run bench: Meshgate, the stock gateway and the transport floor, side by side on this machine.

  npm run bench -- [options]

  --quick           one short round of heavy, small and wide, within 50 s; rough
  --only A,B        only these workloads: ${WORKLOADS.map(({ name }) => name).join(', ')}
  --rounds N        rounds, of which medians are reported (default 3)
  --seconds N       seconds of each measurement (default 5)
  --json            print the JSON alone
  --write           write docs/reference/benchmarks.md and benchmarks.json; at least three rounds
  --profile NAME    load only our gateway with this workload, and print where its time goes
  --help            print this

${WORKLOADS.map(({ name, about }) => `  ${name.padEnd(10)} ${about}`).join('\n')}
`;

export interface BenchOptions {
  readonly help: boolean;
  readonly quick: boolean;
  readonly json: boolean;
  readonly write: boolean;
  readonly workloads: readonly Workload[];
  readonly rounds: number;
  /** Of each measurement. */
  readonly seconds: number;
  /** Null measures instead. */
  readonly profile: Workload | null;
}

/** @throws {Error} With a sentence for the person who typed. */
export function parseOptions(given: readonly string[]): BenchOptions {
  const { values } = parseArgs({
    args: [...given],
    options: {
      help: { type: 'boolean', default: false },
      quick: { type: 'boolean', default: false },
      rounds: { type: 'string' },
      seconds: { type: 'string' },
      only: { type: 'string' },
      json: { type: 'boolean', default: false },
      write: { type: 'boolean', default: false },
      profile: { type: 'string' },
    },
  });
  const { quick } = values;
  const rounds = toCount('--rounds', values.rounds, quick ? 1 : 3);
  if (values.write && rounds < 3) {
    throw new Error('--write: expected at least three rounds, of which medians can be told.');
  }
  const everything = WORKLOADS.filter((one) => !quick || one.quick !== null);
  return {
    help: values.help,
    quick,
    json: values.json,
    write: values.write,
    rounds,
    seconds: toCount('--seconds', values.seconds, quick ? 1 : 5),
    workloads: values.only === undefined ? everything : values.only.split(',').map(findWorkload),
    profile: values.profile === undefined ? null : findWorkload(values.profile),
  };
}

function toCount(option: string, given: string | undefined, otherwise: number): number {
  const count = Number(given ?? otherwise);
  if (Number.isInteger(count) && count >= 1 && count <= 600) return count;
  throw new Error(`${option}: expected a whole number from 1 to 600, given ${given}.`);
}

function findWorkload(name: string): Workload {
  const found = WORKLOADS.find((one) => one.name === name);
  if (found !== undefined) return found;
  const names = WORKLOADS.map((one) => one.name).join(', ');
  throw new Error(`Expected a workload out of ${names}, given ${JSON.stringify(name)}.`);
}
