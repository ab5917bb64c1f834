import { type FSWatcher, watch } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { CompiledPolicies } from './compile-policies.ts';
import { loadPolicies, toPolicyFolder } from './load-policies.ts';

/** What is told while a folder of policies is watched. */
export interface PolicyEvents {
  /** Policies that fit, of another version than those told before. */
  readonly changed: (policies: CompiledPolicies) => void;
  /** What `loadPolicies` throws; told once for each state of the folder. */
  readonly refused: (error: unknown) => void;
}

/** When the folder is looked at, in milliseconds. */
export interface PolicyWatchTimes {
  /** How long it must rest after a change, so that files which change together are read together. */
  readonly restMs: number;
  /** How often it is looked at unasked: file systems of networks and containers report no changes. */
  readonly pollMs: number;
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
  times: PolicyWatchTimes,
  events: PolicyEvents,
): () => void {
  const watched = new PolicyWatch(folder, version, times, events);
  return () => watched.close();
}

class PolicyWatch {
  readonly #folder: string | null;
  readonly #times: PolicyWatchTimes;
  readonly #events: PolicyEvents;
  readonly #poll: NodeJS.Timeout;
  readonly #watcher: FSWatcher | null;
  #rest: NodeJS.Timeout | undefined;
  #version: string;
  /** Of the files when they were last read. */
  #stamp: string | null = null;
  #looking = false;
  #closed = false;

  constructor(
    folder: string | null,
    version: string,
    times: PolicyWatchTimes,
    events: PolicyEvents,
  ) {
    this.#folder = folder;
    this.#version = version;
    this.#times = times;
    this.#events = events;
    this.#poll = setInterval(() => void this.#lookIfStamped(), times.pollMs);
    this.#poll.unref();
    this.#watcher = this.#watchFolder();
  }

  close(): void {
    this.#closed = true;
    clearInterval(this.#poll);
    clearTimeout(this.#rest);
    this.#watcher?.close();
  }

  #watchFolder(): FSWatcher | null {
    try {
      const watcher = watch(toPolicyFolder(this.#folder), { persistent: false }, () =>
        this.#lookSoon(),
      );
      // A folder that goes away, or a system without watches left: the poll goes on.
      watcher.on('error', () => watcher.close());
      return watcher;
    } catch {
      return null;
    }
  }

  #lookSoon(): void {
    clearTimeout(this.#rest);
    if (this.#closed) return;
    this.#rest = setTimeout(() => void this.#look(), this.#times.restMs);
    this.#rest.unref();
  }

  async #lookIfStamped(): Promise<void> {
    if ((await stampOf(toPolicyFolder(this.#folder))) !== this.#stamp) this.#lookSoon();
  }

  async #look(): Promise<void> {
    if (this.#looking) return this.#lookSoon();
    this.#looking = true;
    try {
      // Taken before the files are read, so that what changes meanwhile is seen by the next look.
      const stamp = await stampOf(toPolicyFolder(this.#folder));
      if (stamp !== this.#stamp) await this.#load(stamp);
    } finally {
      this.#looking = false;
    }
  }

  async #load(stamp: string): Promise<void> {
    this.#stamp = stamp;
    try {
      const policies = await loadPolicies(this.#folder);
      if (this.#closed || policies.version === this.#version) return;
      this.#version = policies.version;
      this.#events.changed(policies);
    } catch (error) {
      if (!this.#closed) this.#events.refused(error);
    }
  }
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
