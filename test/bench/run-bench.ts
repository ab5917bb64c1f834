/**
 * `npm run bench`: Meshgate, the stock gateway and the transport floor, side by
 * side on this machine, in one run.
 *
 *   --quick         one short round of the workloads heavy and small
 *   --rounds N      rounds, of which medians are reported (default 3)
 *   --seconds N     seconds of each measurement (default 5)
 *   --only A,B      only these workloads
 *   --json          print the JSON alone
 *   --write         write docs/reference/benchmarks.md and benchmarks.json
 *
 * @module
 */
import { parseArgs } from 'node:util';
import { type Contestant, type Field, LOAD_CORE, startField } from './contestants.ts';
import { bodyOf, measureLoad } from './measure-load.ts';
import { peakMemory } from './processes.ts';
import { type Measurement, renderTable, summarise, writeReport } from './report.ts';
import { WORKLOADS, type Workload } from './workloads.ts';

const { values: options } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    rounds: { type: 'string' },
    seconds: { type: 'string' },
    only: { type: 'string' },
    json: { type: 'boolean', default: false },
    write: { type: 'boolean', default: false },
  },
});
const rounds = Number(options.rounds ?? (options.quick ? 1 : 3));
const seconds = Number(options.seconds ?? (options.quick ? 1 : 5));
const chosen = options.only?.split(',') ?? (options.quick ? ['heavy', 'small'] : null);
const workloads = WORKLOADS.filter(({ name }) => chosen === null || chosen.includes(name));
const say = (line: string) => process.stderr.write(`${line}\n`);

const field = await startField();
try {
  const measurements = await measureAll(field);
  const summary = summarise(measurements, { rounds, seconds });
  process.stdout.write(
    options.json ? `${JSON.stringify(summary, null, 2)}\n` : renderTable(summary),
  );
  if (options.write) await writeReport(summary);
} finally {
  await field.stop();
}

async function measureAll({ contestants, calls }: Field): Promise<readonly Measurement[]> {
  const measurements: Measurement[] = [];
  for (const workload of workloads) {
    await checkAnswers(contestants, workload);
    for (let round = 1; round <= rounds; round += 1) {
      for (const contestant of contestants) {
        if (round === 1) await load(contestant, workload, Math.min(seconds, 2));
        const before = await calls();
        const result = await load(contestant, workload, seconds);
        const callsPerRequest = ((await calls()) - before) / Math.max(1, result.requests);
        const memory = await peakMemory(contestant.pid);
        say(
          `${workload.name} ${round}/${rounds} ${contestant.name}: ${Math.round(result.requestsPerSecond)} req/s`,
        );
        if (result.failures > 0) throw new Error(`${contestant.name}: ${result.failures} failures`);
        measurements.push({
          workload: workload.name,
          contestant: contestant.name,
          about: contestant.about,
          ...result,
          callsPerRequest,
          memory,
        });
      }
    }
  }
  return measurements;
}

async function load(contestant: Contestant, workload: Workload, duration: number) {
  const result = await measureLoad(
    contestant.url,
    workload,
    duration,
    contestant.tokens,
    LOAD_CORE,
  );
  // What the load left behind is still being answered; one more request waits behind it.
  await ask(contestant, workload);
  return result;
}

async function ask({ url, tokens: [token] }: Contestant, workload: Workload): Promise<string> {
  const headers = {
    'content-type': 'application/json',
    ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
  };
  const response = await fetch(url, { method: 'POST', headers, body: bodyOf(workload) });
  return JSON.stringify(((await response.json()) as { data: unknown }).data);
}

/** Everybody has to say the same before anybody is timed. */
async function checkAnswers(contestants: readonly Contestant[], workload: Workload): Promise<void> {
  const answers = await Promise.all(contestants.map((one) => ask(one, workload)));
  const [expected = ''] = answers;
  answers.forEach((answer, index) => {
    if (answer === expected && answer.length > 10) return;
    const name = contestants[index]?.name;
    throw new Error(
      `${workload.name}: ${name} answers differently from ${contestants[0]?.name}:\n${answer.slice(0, 300)}\n${expected.slice(0, 300)}`,
    );
  });
  say(`${workload.name}: all answer the same ${expected.length} bytes`);
}
