import {
  CHANGE_CHANNEL,
  type ChangeNotice,
  readChangeNotice,
  writeChangeNotice,
} from '../../../shared/changes/change-notice.ts';
import { createListener } from '../../../shared/postgres/create-listener.ts';
import { createPool } from '../../../shared/postgres/create-pool.ts';
import type { Logger } from '../../../shared/telemetry/logger.ts';

/** How gateways and data products tell each other that data has changed. */
export interface ChangeLink {
  /** Tells the other gateways, soon; nothing is waited for, and nothing is told twice at a time. */
  announce(notice: ChangeNotice): void;
  /**
   * Hears what others tell, and 'anything' whenever something may have been missed.
   *
   * @param onNotice Must not throw.
   */
  follow(onNotice: (notice: ChangeNotice) => void): void;
  close(): Promise<void>;
}

/** Of a gateway without a database, which hears nothing and tells nobody. */
export const NO_CHANGE_LINK: ChangeLink = {
  announce() {},
  follow() {},
  close: () => Promise.resolve(),
};

/** How long notices are gathered, so that many writes are few statements. */
const GATHER_MS = 10;
const STATEMENT_TIMEOUT_MS = 5000;
const APPLICATION_NAME = 'meshgate-changes';

/** @param url Of the Postgres database that gateways and products share. */
export function createChangeLink(url: string, log: Logger): ChangeLink {
  const pool = createPool({
    url,
    size: 1,
    statementTimeoutMs: STATEMENT_TIMEOUT_MS,
    applicationName: APPLICATION_NAME,
  });
  const waiting = new Set<string>();
  let timer: NodeJS.Timeout | null = null;
  let listener: { close(): Promise<void> } | null = null;

  const tell = async (): Promise<void> => {
    timer = null;
    const texts = [...waiting];
    waiting.clear();
    await pool
      .query('SELECT pg_notify($1, text) FROM unnest($2::text[]) AS text', [CHANGE_CHANNEL, texts])
      .catch((error: unknown) => log.warn({ err: error }, 'a change was not announced'));
  };

  return {
    announce(notice) {
      waiting.add(writeChangeNotice(notice));
      timer ??= setTimeout(() => void tell(), GATHER_MS);
    },
    follow(onNotice) {
      listener = createListener({
        url,
        channel: CHANGE_CHANNEL,
        applicationName: APPLICATION_NAME,
        onNotification: (text) => onNotice(text === null ? 'anything' : readChangeNotice(text)),
        onFailure: (error) => log.warn({ err: error }, 'changes are not heard of for a while'),
      });
    },
    async close() {
      if (timer !== null) {
        clearTimeout(timer);
        await tell();
      }
      await listener?.close();
      await pool.close();
    },
  };
}
