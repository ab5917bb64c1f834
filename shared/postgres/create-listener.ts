import pg from 'pg';

export interface ListenerSettings {
  /** `postgres://…` */
  readonly url: string;
  /** Name of a channel: letters, digits and underscores. */
  readonly channel: string;
  /** Shown in `pg_stat_activity`. */
  readonly applicationName: string;
  /** Called with the text of each notification, and with null when some may have been missed; must not throw. */
  readonly onNotification: (payload: string | null) => void;
  /** Told of each connection that breaks or does not come about; must not throw. */
  readonly onFailure: (error: unknown) => void;
}

export interface Listener {
  close(): Promise<void>;
}

/** Time between two attempts to connect. */
const RETRY_MS = 1000;
const CONNECT_TIMEOUT_MS = 5000;

/**
 * Listens to a channel on a connection of its own, and connects again when that breaks.
 *
 * Notifications are lost while there is no connection, and a dead one may go unnoticed for a
 * while: whoever must not miss a change looks for it now and then as well.
 *
 * @see https://www.postgresql.org/docs/current/sql-listen.html
 */
export function createListener(settings: ListenerSettings): Listener {
  const { url, channel, applicationName, onNotification, onFailure } = settings;
  let current: pg.Client | null = null;
  let retry: NodeJS.Timeout | null = null;
  let closed = false;

  const connect = async (): Promise<void> => {
    const client = new pg.Client({
      connectionString: url,
      connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
      application_name: applicationName,
      keepAlive: true,
    });
    current = client;
    const lose = (error: unknown): void => {
      if (current !== client) return;
      current = null;
      client.end().catch(() => undefined);
      if (closed) return;
      onFailure(error);
      retry = setTimeout(() => void connect(), RETRY_MS);
    };
    client.on('error', lose);
    client.on('end', () => lose(new Error('the connection ended')));
    client.on('notification', ({ payload }) => onNotification(payload ?? ''));
    try {
      await client.connect();
      await client.query(`LISTEN ${pg.escapeIdentifier(channel)}`);
      onNotification(null);
    } catch (error) {
      lose(error);
    }
  };
  void connect();

  return {
    async close() {
      closed = true;
      if (retry !== null) clearTimeout(retry);
      const client = current;
      current = null;
      await client?.end().catch(() => undefined);
    },
  };
}
