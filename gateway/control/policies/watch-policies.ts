import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { PlaceWatch, type WatchTimes } from '../../../shared/files/place-watch.ts';
import type { CompiledPolicies } from './compile-policies.ts';
import { loadPolicies, toPolicyFolder } from './load-policies.ts';

/** What is told while a folder of policies is watched. */
export interface PolicyEvents {
  /** Policies that fit, of another version than those told before. */
  readonly changed: (policies: CompiledPolicies) => void;
  /** What `loadPolicies` throws; told once for each state of the folder. */
  readonly refused: (error: unknown) => void;
}

/**
 * Watches a folder of policies. Does not keep the process alive.
 *
 * @param folder Null watches the one that comes with the gateway.
 * @param version Of the policies that are in use already.
 * @returns Stops.
 */
export function watchPolicies(
  folder: string | null,
  version: string,
  times: WatchTimes,
  events: PolicyEvents,
): () => void {
  const path = toPolicyFolder(folder);
  let known = version;
  const look = async (): Promise<void> => {
    try {
      const policies = await loadPolicies(folder);
      if (watched.isClosed || policies.version === known) return;
      known = policies.version;
      events.changed(policies);
    } catch (error) {
      if (!watched.isClosed) events.refused(error);
    }
  };
  const place = { folder: path, concerns: () => true, stamp: () => stampOf(path), look };
  const watched = new PlaceWatch(place, times);
  return () => watched.close();
}

/** Name, size, time of change and place of each file; what cannot be looked at has a stamp too. */
async function stampOf(folder: string): Promise<string> {
  try {
    const names = (await readdir(folder)).filter((name) => name.endsWith('.cedar')).sort();
    const stamps = names.map(async (name) => {
      const { size, mtimeMs, ino } = await stat(join(folder, name));
      return [name, size, mtimeMs, ino];
    });
    return JSON.stringify(await Promise.all(stamps));
  } catch {
    return 'unreadable';
  }
}
