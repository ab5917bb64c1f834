import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { createInterface } from 'node:readline';

/** A process of the benchmark that has said where it listens. */
export interface Served<Facts> {
  readonly facts: Facts;
  readonly pid: number;
  stop(): Promise<void>;
}

const hasTaskset = spawnSync('taskset', ['--version']).status === 0;

/** Words in front of a command that keep it on one core, where the system can. */
export function pinnedTo(core: number): readonly string[] {
  return hasTaskset ? ['taskset', '-c', String(core)] : [];
}

/**
 * Starts a process and waits for the one line of JSON with which it says that it listens.
 *
 * @param toFacts Reads that line; null for a line that is something else.
 */
export async function serve<Facts>(
  command: readonly string[],
  core: number,
  toFacts: (line: Record<string, unknown>) => Facts | null,
  env: Readonly<Record<string, string>> = {},
): Promise<Served<Facts>> {
  const [program = '', ...rest] = [...pinnedTo(core), ...command];
  const child = spawn(program, rest, {
    env: { ...process.env, NODE_ENV: 'production', APOLLO_TELEMETRY_DISABLED: '1', ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  // A run that breaks off must not leave a server behind.
  process.once('exit', () => child.kill('SIGKILL'));
  const facts = await firstFacts(child, toFacts);
  // What follows is log lines; somebody has to read them, or the pipe fills up.
  child.stdout?.resume();
  return {
    facts,
    pid: child.pid ?? 0,
    stop: () =>
      new Promise((resolve) => {
        child.once('exit', () => resolve());
        child.kill('SIGKILL');
      }),
  };
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

/** Peak resident memory of a process in MiB, null where the system does not tell. */
export async function peakMemory(pid: number): Promise<number | null> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '');
  const kibibytes = /^VmHWM:\s+(\d+) kB$/m.exec(status)?.[1];
  return kibibytes === undefined ? null : Math.round(Number(kibibytes) / 1024);
}
