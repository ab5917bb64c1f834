import { type FSWatcher, watch } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import { basename, dirname } from 'node:path';

/** What is told while a text file is watched. */
export interface TextFileEvents {
  /** The text of the file, whenever it differs from what was told before. */
  readonly changed: (text: string) => void;
  /** The file cannot be read; it is looked at again. Told once for each run of failures. */
  readonly unreadable: (error: Error) => void;
}

/** When a file is looked at, in milliseconds. */
export interface WatchTimes {
  /** How long a file must rest after a change, so that one half written is not read. */
  readonly restMs: number;
  /** How often it is looked at unasked: file systems of networks and containers report no changes. */
  readonly pollMs: number;
}

/** A file that is being watched. */
export interface WatchedFile {
  /** Looks at once, whether or not something seems to have changed. */
  look(): Promise<void>;
  close(): void;
}

/**
 * Watches a text file. Its folder is watched rather than the file, because most
 * tools replace a file by renaming another one over it. Does not keep the process alive.
 *
 * @param known Text that is in use already.
 */
export function watchTextFile(
  file: string,
  known: string,
  times: WatchTimes,
  events: TextFileEvents,
): WatchedFile {
  return new FileWatch(file, known, times, events);
}

class FileWatch implements WatchedFile {
  readonly #file: string;
  readonly #times: WatchTimes;
  readonly #events: TextFileEvents;
  readonly #poll: NodeJS.Timeout;
  readonly #watcher: FSWatcher | null;
  #rest: NodeJS.Timeout | undefined;
  #known: string;
  #stamp = '';
  #unreadable = false;
  #closed = false;

  constructor(file: string, known: string, times: WatchTimes, events: TextFileEvents) {
    this.#file = file;
    this.#known = known;
    this.#times = times;
    this.#events = events;
    this.#poll = setInterval(() => void this.#lookIfStamped(), times.pollMs);
    this.#poll.unref();
    this.#watcher = this.#watchFolder();
  }

  async look(): Promise<void> {
    try {
      const text = await readFile(this.#file, 'utf8');
      this.#unreadable = false;
      if (this.#closed || text === this.#known) return;
      this.#known = text;
      this.#events.changed(text);
    } catch (error) {
      if (!this.#unreadable && !this.#closed) this.#events.unreadable(error as Error);
      this.#unreadable = true;
    }
  }

  close(): void {
    this.#closed = true;
    clearInterval(this.#poll);
    clearTimeout(this.#rest);
    this.#watcher?.close();
  }

  #watchFolder(): FSWatcher | null {
    try {
      const watcher = watch(dirname(this.#file), { persistent: false }, (_event, name) => {
        if (name === null || name === basename(this.#file)) this.#lookSoon();
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
    if (this.#closed) return;
    this.#rest = setTimeout(() => void this.look(), this.#times.restMs);
    this.#rest.unref();
  }

  /** Reads the file only where size or time of change say that it may be another one. */
  async #lookIfStamped(): Promise<void> {
    const stamp = await stat(this.#file).then(
      ({ size, mtimeMs, ino }) => `${size} ${mtimeMs} ${ino}`,
      () => 'none',
    );
    if (stamp === this.#stamp) return;
    this.#stamp = stamp;
    this.#lookSoon();
  }
}
