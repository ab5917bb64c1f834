import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { LOAD_CORE } from './field.ts';
import { KEPT_SETTINGS, LIFETIME_SECONDS } from './kept-field.ts';
import { measureLoad } from './measure-load.ts';
import { type CpuProfile, toSelfTimes } from './self-times.ts';
import { ALL_OFF, serveMeshgate } from './servers.ts';
import { startShop } from './shop-field.ts';
import { COLD_WORKLOADS, KEPT_WORKLOADS, SHOP_WORKLOADS, type Workload } from './workloads.ts';

const WARM_SECONDS = 4;
const ROWS = 25;

/**
 * Puts a workload on a gateway alone, with everything off but its caches, and renders where its time goes: the
 * functions with the most time of their own, over the last `seconds` of the load.
 */
export async function profileWorkload(workload: Workload, seconds: number): Promise<string> {
  const isKept = [...KEPT_WORKLOADS, ...COLD_WORKLOADS].includes(workload);
  if (!isKept && !SHOP_WORKLOADS.includes(workload)) {
    throw new Error(`--profile: expected a workload of the shop, given ${workload.name}.`);
  }
  const shop = await (isKept ? startShop(LIFETIME_SECONDS) : startShop());
  const folder = await mkdtemp(join(tmpdir(), 'meshgate-profile-'));
  try {
    const flags = ['--cpu-prof', `--cpu-prof-dir=${folder}`];
    const settings = isKept ? KEPT_SETTINGS : ALL_OFF;
    const gateway = await serveMeshgate(shop.openFile, settings, flags);
    const { url } = gateway.facts;
    await measureLoad(url, workload, WARM_SECONDS, [], LOAD_CORE);
    const { requestsPerSecond } = await measureLoad(url, workload, seconds, [], LOAD_CORE);
    // The profile is written when the process ends.
    await gateway.stop();
    const rate = `${Math.round(requestsPerSecond)} req/s while profiled`;
    return `${workload.name}: ${rate}\n\n${renderSelfTimes(await readProfile(folder), seconds)}`;
  } finally {
    await shop.stop();
    await rm(folder, { recursive: true });
  }
}

/** The profile of the thread that answers requests: the one with the most samples. */
async function readProfile(folder: string): Promise<CpuProfile> {
  const profiles: CpuProfile[] = [];
  for (const name of await readdir(folder)) {
    profiles.push(JSON.parse(await readFile(join(folder, name), 'utf8')));
  }
  const busy = ({ nodes, samples }: CpuProfile) => {
    const idle = nodes.find(({ callFrame }) => callFrame.functionName === '(idle)')?.id;
    return samples.filter((id) => id !== idle).length;
  };
  const [busiest] = profiles.sort((a, b) => busy(b) - busy(a));
  if (busiest === undefined) throw new Error('The gateway has written no profile.');
  return busiest;
}

function renderSelfTimes(profile: CpuProfile, seconds: number): string {
  const rows = toSelfTimes(profile, seconds).slice(0, ROWS);
  const width = Math.max(...rows.map(({ name }) => name.length));
  const head = `${'self'.padStart(6)}  ${'function'.padEnd(width)}  where`;
  const lines = rows.map(
    ({ share, name, where }) =>
      `${(share * 100).toFixed(1).padStart(5)}%  ${name.padEnd(width)}  ${where}`,
  );
  return `${[head, ...lines].join('\n')}\n`;
}
