import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';

const run = promisify(execFile);

/**
 * Tells a process from a later one with the same number.
 *
 * @param pid Process number.
 * @returns A text that only this very process has on this machine; null when no such
 *   process runs, or only the remains of one that nobody has waited for.
 */
export async function identifyProcess(pid: number): Promise<string | null> {
  if (process.platform === 'linux') return identifyByProc(pid);
  const started = await run('ps', ['-o', 'lstart=', '-p', String(pid)]).catch(() => null);
  const text = started?.stdout.trim() ?? '';
  return text === '' ? null : `${pid} ${text}`;
}

async function identifyByProc(pid: number): Promise<string | null> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => null);
  if (stat === null) return null;
  // The second field is the command in parentheses and may hold spaces; the state is the third.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const [state] = fields;
  const startTicks = fields[19];
  if (state === 'Z' || state === 'X') return null;
  const boot = await readFile('/proc/sys/kernel/random/boot_id', 'utf8').catch(() => '');
  return `${pid} ${startTicks} ${boot.trim()}`;
}

/**
 * Waits until a process has ended.
 *
 * @param limitMs Patience, in milliseconds.
 * @returns Whether it has ended within the limit.
 */
export async function waitForExit(pid: number, limitMs: number): Promise<boolean> {
  const deadline = performance.now() + limitMs;
  const identity = await identifyProcess(pid);
  while (identity !== null && (await identifyProcess(pid)) === identity) {
    if (performance.now() > deadline) return false;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  return true;
}
