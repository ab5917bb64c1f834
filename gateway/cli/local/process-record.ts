import { readFile, rm, writeFile } from 'node:fs/promises';

import { identifyProcess, waitForExit } from './process-identity.ts';

const STOP_LIMIT_MS = 5000;

/** Writes down which process runs, so that a later start can find it. */
export async function recordProcess(file: string, pid: number): Promise<void> {
  const identity = await identifyProcess(pid);
  if (identity !== null) await writeFile(file, identity);
}

/**
 * Ends a process that was written down and whose parent was killed, unless it has ended.
 *
 * Call it only while the data folder is locked: then it can have no other parent. A later
 * process with the same number is left alone.
 *
 * @returns Whether there was such a process.
 */
export async function stopRecordedProcess(file: string): Promise<boolean> {
  const identity = await readFile(file, 'utf8').catch(() => '');
  const pid = Number.parseInt(identity, 10);
  const runs = !Number.isNaN(pid) && (await identifyProcess(pid)) === identity;
  await rm(file, { force: true });
  if (!runs) return false;
  for (const signal of ['SIGTERM', 'SIGKILL'] as const) {
    sendSignal(pid, signal);
    if (await waitForExit(pid, STOP_LIMIT_MS)) break;
  }
  return true;
}

function sendSignal(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch {
    // It has ended between the look and the signal.
  }
}
