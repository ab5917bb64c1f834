import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { createInterface } from 'node:readline';

/** A process of the benchmark that has said where it listens. */
export interface Served<Facts> {
  readonly facts: Facts;
  readonly pid: number;
  /** Ends it and waits until it has ended. */
  stop(): Promise<void>;
}

/** A process to be started. */
export interface Program {
  readonly command: readonly string[];
  /** The only core that it may use, where the system can say so. */
  readonly core: number;
  readonly env?: Readonly<Record<string, string>>;
  /** What ends it; SIGKILL when not given, for what has nothing to tidy up. */
  readonly stopSignal?: NodeJS.Signals;
}

const hasTaskset = spawnSync('taskset', ['--version']).status === 0;

/** How processes are kept on their cores, for the report. */
export const PINNING = hasTaskset ? 'taskset' : 'none: taskset is not installed';

/** Words in front of a command that keep it on one core, where the system can. */
export function pinnedTo(core: number): readonly string[] {
  return hasTaskset ? ['taskset', '-c', String(core)] : [];
}

/** Keeps this process on one core as well, so that it does not disturb the other. */
export function pinThisProcess(core: number): void {
  if (hasTaskset) spawnSync('taskset', ['-a', '-cp', String(core), String(process.pid)]);
}

/**
 * Starts a process and waits for the one line of JSON with which it says that it listens.
 *
 * @param toFacts Reads that line; null for a line that is something else.
 */
export async function serve<Facts>(
  program: Program,
  toFacts: (line: Record<string, unknown>) => Facts | null,
): Promise<Served<Facts>> {
  const { child, stop } = launch(program);
  const facts = await firstFacts(child, toFacts);
  // What follows has to be read by somebody, or the pipe fills up.
  child.stdout?.resume();
  return { facts, pid: child.pid ?? 0, stop };
}

/** Starts a process and waits until a URL of it answers. */
export async function serveUntilReady(program: Program, url: string): Promise<Served<null>> {
  const { child, stop } = launch(program);
  child.stdout?.resume();
  const ended = new Promise<never>((_, reject) => {
    child.once('exit', (code) => reject(new Error(`${child.spawnargs.join(' ')} ended: ${code}`)));
  });
  ended.catch(() => undefined);
  await Promise.race([answers(url), ended]);
  return { facts: null, pid: child.pid ?? 0, stop };
}

function launch({ command, core, env = {}, stopSignal = 'SIGKILL' }: Program) {
  const [name = '', ...rest] = [...pinnedTo(core), ...command];
  const child = spawn(name, rest, {
    env: { ...process.env, NODE_ENV: 'production', APOLLO_TELEMETRY_DISABLED: '1', ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  // A run that breaks off must not leave a server behind.
  const onExit = () => child.kill(stopSignal);
  process.once('exit', onExit);
  const stop = (): Promise<void> =>
    new Promise((resolve) => {
      process.off('exit', onExit);
      if (child.exitCode !== null || child.signalCode !== null) return resolve();
      child.once('exit', () => resolve());
      child.kill(stopSignal);
    });
  return { child, stop };
}

async function answers(url: string): Promise<void> {
  for (;;) {
    const answered = await fetch(url).then(
      ({ ok }) => ok,
      () => false,
    );
    if (answered) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

function firstFacts<Facts>(
  child: ChildProcess,
  toFacts: (line: Record<string, unknown>) => Facts | null,
): Promise<Facts> {
  return new Promise((resolve, reject) => {
    child.once('exit', (code) => reject(new Error(`${child.spawnargs.join(' ')} ended: ${code}`)));
    const lines = createInterface({ input: child.stdout as NodeJS.ReadableStream });
    lines.on('line', (line) => {
      const facts = line.startsWith('{') ? toFacts(JSON.parse(line)) : null;
      if (facts === null) return;
      lines.close();
      resolve(facts);
    });
  });
}

/** Forgets the peak memory of a process so far, where the system can; see proc(5), `clear_refs`. */
export async function resetPeakMemory(pid: number): Promise<void> {
  await writeFile(`/proc/${pid}/clear_refs`, '5').catch(() => undefined);
}

/** Peak resident memory of a process in MiB, null where the system does not tell. */
export async function peakMemory(pid: number): Promise<number | null> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '');
  const kibibytes = /^VmHWM:\s+(\d+) kB$/m.exec(status)?.[1];
  return kibibytes === undefined ? null : Math.round(Number(kibibytes) / 1024);
}
