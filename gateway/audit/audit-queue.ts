/** When to write, and how much at once. */
const BATCH_RECORDS = 500;
const BATCH_EFFECTS = 20_000;
const BATCH_MS = 200;
const RETRY_MS = 1000;

/** What waits to be written. */
export interface QueueEntry {
  /** How much it says, as a count: bounds a batch beside the number of its entries. */
  readonly weight: number;
}

export interface AuditQueueDoors<Entry> {
  /** Writes a batch as a whole or rejects; a batch that failed is given again, the same. */
  readonly write: (batch: readonly Entry[]) => Promise<void>;
  readonly onWritten: (records: number) => void;
  /** Told of each attempt that fails. */
  readonly onFailure: (error: unknown) => void;
}

/**
 * What waits to be written to the ledger, in order. Adding never waits; batches are written in the
 * background, every 200 ms or when 500 records are there, one at a time. What cannot be written stays
 * and is tried again every second.
 */
export class AuditQueue<Entry extends QueueEntry> {
  readonly #capacity: number;
  readonly #overdueMs: number;
  readonly #doors: AuditQueueDoors<Entry>;
  readonly #waiting: Entry[] = [];
  /** Given to be written, and not known to be. */
  #batch: readonly Entry[] = [];
  #writing: Promise<void> | null = null;
  #timer: NodeJS.Timeout | null = null;
  #failing = false;
  /** Runs while writing fails. */
  #overdueTimer: NodeJS.Timeout | null = null;
  #isOverdue = false;
  #closed = false;

  /**
   * @param capacity Records, at least 1; from there on the queue is full.
   * @param overdueMs How long writing may fail before what waits is overdue, in milliseconds.
   */
  constructor(capacity: number, overdueMs: number, doors: AuditQueueDoors<Entry>) {
    this.#capacity = capacity;
    this.#overdueMs = overdueMs;
    this.#doors = doors;
  }

  /** A count. */
  get length(): number {
    return this.#waiting.length + this.#batch.length;
  }

  get isFull(): boolean {
    return this.length >= this.#capacity;
  }

  /** Whether nothing could be written for longer than it may be. */
  get isOverdue(): boolean {
    return this.#isOverdue;
  }

  /** Adds an entry, also to a full queue: who does not want that asks before. */
  add(entry: Entry): void {
    this.#waiting.push(entry);
    if (this.#writing !== null || this.#failing) return;
    if (this.#waiting.length >= BATCH_RECORDS) this.#writeSoon(0);
    else if (this.#timer === null) this.#writeSoon(BATCH_MS);
  }

  /**
   * Writes what waits, until nothing does or the time is over. Nothing may be added afterwards.
   *
   * @returns How many records were not written.
   */
  async drain(drainMs: number): Promise<number> {
    let late: NodeJS.Timeout | null = null;
    const deadline = new Promise<'late'>((resolve) => {
      late = setTimeout(() => resolve('late'), drainMs);
    });
    while (this.length > 0) {
      this.#stopTimer();
      const ended = await Promise.race([deadline, this.#writing ?? this.#write()]);
      if (ended === 'late') break;
      if (!this.#failing) continue;
      const pause = new Promise<void>((resolve) => setTimeout(resolve, BATCH_MS));
      if ((await Promise.race([deadline, pause])) === 'late') break;
    }
    if (late !== null) clearTimeout(late);
    this.#stopTimer();
    this.#endFailure();
    this.#closed = true;
    return this.length;
  }

  #writeSoon(delayMs: number): void {
    this.#stopTimer();
    if (this.#closed) return;
    this.#timer = setTimeout(() => {
      this.#timer = null;
      void this.#write();
    }, delayMs);
    this.#timer.unref();
  }

  #stopTimer(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
  }

  #write(): Promise<void> {
    this.#writing ??= this.#writeAll().finally(() => {
      this.#writing = null;
      if (this.length > 0) this.#writeSoon(this.#failing ? RETRY_MS : BATCH_MS);
    });
    return this.#writing;
  }

  /** Writes batch after batch while whole ones are there. */
  async #writeAll(): Promise<void> {
    try {
      do {
        if (this.#batch.length === 0) this.#batch = this.#take();
        await this.#doors.write(this.#batch);
        this.#endFailure();
        const { length } = this.#batch;
        this.#batch = [];
        this.#doors.onWritten(length);
      } while (this.#waiting.length >= BATCH_RECORDS && !this.#closed);
    } catch (error) {
      this.#beginFailure();
      this.#doors.onFailure(error);
    }
  }

  #endFailure(): void {
    this.#failing = false;
    this.#isOverdue = false;
    if (this.#overdueTimer !== null) clearTimeout(this.#overdueTimer);
    this.#overdueTimer = null;
  }

  #beginFailure(): void {
    this.#failing = true;
    if (this.#closed || this.#overdueTimer !== null) return;
    this.#overdueTimer = setTimeout(() => {
      this.#isOverdue = true;
    }, this.#overdueMs);
    this.#overdueTimer.unref();
  }

  #take(): readonly Entry[] {
    let weight = 0;
    let count = 0;
    for (const entry of this.#waiting) {
      weight += entry.weight;
      if (count > 0 && (count === BATCH_RECORDS || weight > BATCH_EFFECTS)) break;
      count += 1;
    }
    return this.#waiting.splice(0, count);
  }
}
