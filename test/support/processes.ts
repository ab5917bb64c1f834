import { readdir, readFile, readlink } from 'node:fs/promises';

/** A process of this machine. */
export interface ListedProcess {
  readonly pid: number;
  readonly command: string;
}

/**
 * Lists the processes that have to do with a folder: it stands in their command line or in
 * their environment, or they work inside it. Linux only.
 */
export async function listProcessesOf(folder: string): Promise<readonly ListedProcess[]> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name)).map(Number);
  const found = await Promise.all(
    pids.filter((pid) => pid !== process.pid).map((pid) => inspect(pid, folder)),
  );
  return found.filter((one) => one !== null);
}

async function inspect(pid: number, folder: string): Promise<ListedProcess | null> {
  const read = (name: string) => readFile(`/proc/${pid}/${name}`, 'utf8').catch(() => '');
  const [command, environment, stat, workingFolder] = await Promise.all([
    read('cmdline'),
    read('environ'),
    read('stat'),
    readlink(`/proc/${pid}/cwd`).catch(() => ''),
  ]);
  // A process that has ended and waits for its parent holds nothing any more.
  if (/\) Z /.test(stat)) return null;
  const isOfFolder = [command, environment, workingFolder].some((text) => text.includes(folder));
  return isOfFolder ? { pid, command: command.replaceAll('\0', ' ').trim() } : null;
}
