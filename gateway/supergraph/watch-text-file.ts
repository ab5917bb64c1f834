import { readFile, stat } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import { PlaceWatch, type WatchTimes } from '../../shared/files/place-watch.ts';

/** What is told while a text file is watched. */
export interface TextFileEvents {
  /** The text of the file, whenever it differs from what was told before. */
  readonly changed: (text: string) => void;
  /** The file cannot be read; it is looked at again. Told once for each run of failures. */
  readonly unreadable: (error: Error) => void;
}

/** A file that is being watched. */
export interface WatchedFile {
  /** Looks at once, whether or not something seems to have changed. */
  look(): Promise<void>;
  close(): void;
}

/**
 * Watches a text file. Does not keep the process alive.
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
  readonly #events: TextFileEvents;
  readonly #watch: PlaceWatch;
  #known: string;
  #unreadable = false;

  constructor(file: string, known: string, times: WatchTimes, events: TextFileEvents) {
    this.#file = file;
    this.#known = known;
    this.#events = events;
    const place = {
      folder: dirname(file),
      concerns: (name: string) => name === basename(file),
      stamp: () => stampOf(file),
      look: () => this.look(),
    };
    this.#watch = new PlaceWatch(place, times);
  }

  async look(): Promise<void> {
    try {
      const text = await readFile(this.#file, 'utf8');
      this.#unreadable = false;
      if (this.#watch.isClosed || text === this.#known) return;
      this.#known = text;
      this.#events.changed(text);
    } catch (error) {
      if (!this.#unreadable && !this.#watch.isClosed) this.#events.unreadable(error as Error);
      this.#unreadable = true;
    }
  }

  close(): void {
    this.#watch.close();
  }
}

/** Size, time of change and place. */
function stampOf(file: string): Promise<string> {
  return stat(file).then(
    ({ size, mtimeMs, ino }) => `${size} ${mtimeMs} ${ino}`,
    () => 'none',
  );
}
