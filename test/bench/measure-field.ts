import { isDeepStrictEqual } from 'node:util';
import { ask, type Contestant, type Field, LOAD_CORE } from './field.ts';
import { measureLoad } from './measure-load.ts';
import { peakMemory, resetPeakMemory } from './processes.ts';
import type { Measurement } from './summarise.ts';
import type { Workload } from './workloads.ts';

/** How long and how often everything is measured. */
export interface Tempo {
  readonly rounds: number;
  /** Which of them, counted from 1. */
  readonly measured: readonly number[];
  readonly seconds: number;
  readonly isQuick: boolean;
}

/** Load on each before anything is measured, in seconds; the compiler of Node is done with hot code by then. */
export const WARM_SECONDS = 4;

/** Measures everybody with the chosen workloads. @param say Tells the person who waits how it goes. */
export async function measureField(
  field: Field,
  workloads: readonly Workload[],
  tempo: Tempo,
  say: (line: string) => void,
): Promise<readonly Measurement[]> {
  const measurements: Measurement[] = [];
  for (const workload of workloads) {
    const left = [...workload.without, ...(tempo.isQuick ? (workload.quick?.without ?? []) : [])];
    const contestants = field.contestants.filter(({ name }) => !left.includes(name));
    await checkAnswers(contestants, workload, say);
    const warmSeconds = tempo.isQuick ? (workload.quick?.warmSeconds ?? 1) : WARM_SECONDS;
    for (const contestant of contestants) await load(contestant, workload, warmSeconds);

    for (const round of tempo.measured) {
      for (const contestant of inTurn(contestants, round)) {
        const measured = await measure(field, contestant, workload, tempo.seconds);
        measurements.push(measured);
        const rate = `${Math.round(measured.requestsPerSecond)} req/s`;
        say(`${workload.name} ${round}/${tempo.rounds} ${contestant.name}: ${rate}`);
      }
    }
  }
  return measurements;
}

/** Each round begins with another one, so that nobody always follows the same neighbour's load. */
function inTurn<One>(all: readonly One[], round: number): readonly One[] {
  const start = (round - 1) % all.length;
  return [...all.slice(start), ...all.slice(0, start)];
}

async function measure(
  { calls }: Field,
  contestant: Contestant,
  workload: Workload,
  seconds: number,
): Promise<Measurement> {
  const before = await calls();
  await resetPeakMemory(contestant.pid);
  const result = await load(contestant, workload, seconds);
  if (result.failures > 0) {
    throw new Error(`${workload.name}: ${contestant.name} failed ${result.failures} requests.`);
  }
  // Those that the load broke off at its end have asked the subgraphs too.
  const requests = result.requests + workload.connections;
  return {
    workload: workload.name,
    base: workload.base,
    floor: workload.floor,
    contestant: contestant.name,
    about: contestant.about,
    ...result,
    callsPerRequest: ((await calls()) - before) / requests,
    memory: await peakMemory(contestant.pid),
  };
}

async function load(contestant: Contestant, workload: Workload, seconds: number) {
  const { url, tokens } = contestant;
  const result = await measureLoad(url, workload, seconds, tokens, LOAD_CORE);
  // What the load left behind is still being answered; one more request waits behind it.
  await ask(contestant, workload);
  return result;
}

/** Everybody has to say the same before anybody is timed. */
async function checkAnswers(
  contestants: readonly Contestant[],
  workload: Workload,
  say: (line: string) => void,
): Promise<void> {
  const answers = await Promise.all(contestants.map((one) => ask(one, workload)));
  const [expected] = answers;
  answers.forEach((answer, index) => {
    const hasData = typeof answer.data === 'object' && answer.data !== null;
    if (hasData && answer.errors === undefined && isDeepStrictEqual(answer, expected)) return;
    const [name, first] = [contestants[index]?.name, contestants[0]?.name];
    throw new Error(
      `${workload.name}: expected ${name} to answer like ${first}, given:\n${excerpt(answer)}\n${excerpt(expected)}`,
    );
  });
  say(`${workload.name}: all answer the same ${JSON.stringify(expected).length} bytes`);
}

function excerpt(answer: unknown): string {
  return JSON.stringify(answer).slice(0, 300);
}
