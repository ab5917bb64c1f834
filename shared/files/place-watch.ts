import { type FSWatcher, watch } from 'node:fs';

/** When a place is looked at, in milliseconds. */
export interface WatchTimes {
  /** How long it must rest after a change, so that nothing half written is read. */
  readonly restMs: number;
  /** How often it is looked at unasked: file systems of networks and containers report no changes. */
  readonly pollMs: number;
}

/** A file, or files that are read together. */
export interface WatchedPlace {
  /** Watched rather than a file in it: most tools replace a file by renaming another one over it. */
  readonly folder: string;
  /** Whether a file in the folder, by its name, has to do with it. */
  readonly concerns: (name: string) => boolean;
  /** Differs whenever what is there may have changed; never rejects. */
  readonly stamp: () => Promise<string>;
  /** Reads what is there; never rejects. */
  readonly look: () => Promise<void>;
}

/** Has a place looked at when it may have changed, once at a time. Does not keep the process alive. */
export class PlaceWatch {
  readonly #place: WatchedPlace;
  readonly #times: WatchTimes;
  readonly #poll: NodeJS.Timeout;
  readonly #watcher: FSWatcher | null;
  #rest: NodeJS.Timeout | undefined;
  #stamp: string | null = null;
  #isLooking = false;
  #isClosed = false;

  constructor(place: WatchedPlace, times: WatchTimes) {
    this.#place = place;
    this.#times = times;
    this.#poll = setInterval(() => void this.#lookIfStamped(), times.pollMs);
    this.#poll.unref();
    this.#watcher = this.#watchFolder();
  }

  get isClosed(): boolean {
    return this.#isClosed;
  }

  close(): void {
    this.#isClosed = true;
    clearInterval(this.#poll);
    clearTimeout(this.#rest);
    this.#watcher?.close();
  }

  #watchFolder(): FSWatcher | null {
    const { folder, concerns } = this.#place;
    try {
      const watcher = watch(folder, { persistent: false }, (_event, name) => {
        if (name === null || concerns(name)) this.#lookSoon();
      });
      // A folder that goes away, or a system without watches left: the poll goes on.
      watcher.on('error', () => watcher.close());
      return watcher;
    } catch {
      return null;
    }
  }

  #lookSoon(): void {
    clearTimeout(this.#rest);
    if (this.#isClosed) return;
    this.#rest = setTimeout(() => void this.#look(), this.#times.restMs);
    this.#rest.unref();
  }

  async #lookIfStamped(): Promise<void> {
    if ((await this.#place.stamp()) !== this.#stamp) this.#lookSoon();
  }

  async #look(): Promise<void> {
    if (this.#isLooking) return this.#lookSoon();
    this.#isLooking = true;
    try {
      // Taken before it is read, so that what changes meanwhile is seen by the next look.
      const stamp = await this.#place.stamp();
      if (stamp === this.#stamp) return;
      this.#stamp = stamp;
      await this.#place.look();
    } finally {
      this.#isLooking = false;
    }
  }
}
