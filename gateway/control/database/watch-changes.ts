import { createListener } from '../../../shared/postgres/create-listener.ts';
import type { PostgresPool } from '../../../shared/postgres/create-pool.ts';

/**
 * Loads what a topic is about; called again after each of its changes, never twice at a time.
 *
 * @param epoch At least this much of the topic's changes is in what is loaded.
 */
export type LoadTopic = (epoch: string) => Promise<void>;

export interface WatchSettings {
  readonly pool: PostgresPool;
  /** Connection URL for the notifications. */
  readonly url: string;
  /** By topic, as the triggers in `migrations/` announce it. */
  readonly topics: Readonly<Record<string, LoadTopic>>;
  /** Called before each look; must not reject. */
  readonly beforeLook: () => Promise<void>;
  /** Told of each look that succeeds; must not throw. */
  readonly onLook: () => void;
  /** Told of each look that fails, with what went wrong; must not throw. */
  readonly onFailure: (error: unknown) => void;
}

export interface ChangeWatch {
  close(): Promise<void>;
}

/** Bounds how long a change goes unseen when its notification is lost. */
const POLL_MS = 500;

/**
 * Keeps copies of what is in the control schema: loads every topic once, then each again whenever
 * its epoch grows. A notification makes it look at once; without one it looks twice a second. While
 * the database is away the copies stay as they are.
 *
 * @returns When every topic is loaded.
 * @throws What a first load throws: without a copy there is nothing to go by.
 */
export async function watchChanges(settings: WatchSettings): Promise<ChangeWatch> {
  const { pool, url, topics, beforeLook, onLook, onFailure } = settings;
  const seen = new Map<string, string>();
  let looking: Promise<void> | null = null;
  let again = false;

  const look = async (): Promise<void> => {
    await beforeLook();
    const rows = await pool.query<{ topic: string; epoch: string }>(
      'SELECT topic, epoch::text AS epoch FROM meshgate.change',
    );
    const epochs = new Map(rows.map(({ topic, epoch }) => [topic, epoch]));
    for (const [topic, load] of Object.entries(topics)) {
      const epoch = epochs.get(topic) ?? '0';
      if (seen.get(topic) === epoch) continue;
      // The epoch was read first: a change during the load makes the next look load again.
      await load(epoch);
      seen.set(topic, epoch);
    }
    onLook();
  };

  const lookOnce = async (): Promise<void> => {
    try {
      do {
        again = false;
        await look();
      } while (again);
    } catch (error) {
      onFailure(error);
    } finally {
      looking = null;
    }
  };

  const lookNow = (): void => {
    again = true;
    looking ??= lookOnce();
  };

  await look();
  const timer = setInterval(lookNow, POLL_MS);
  timer.unref();
  const listener = createListener({
    url,
    channel: 'meshgate_change',
    applicationName: 'meshgate-watch',
    onNotification: lookNow,
    onFailure,
  });
  return {
    async close() {
      clearInterval(timer);
      await listener.close();
      again = false;
      await looking;
    },
  };
}
