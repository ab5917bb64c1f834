/** Where a Redis server is, and as whom to speak to it. */
export interface RedisAddress {
  readonly host: string;
  readonly port: number;
  readonly username?: string;
  readonly password?: string;
  readonly db: number;
  /**
   * Present for TLS; without `ca` the certificate is checked against the authorities that Node
   * trusts, without `servername` it must be that of the host.
   */
  readonly tls?: { readonly ca?: string; readonly servername?: string };
}

const DEFAULT_PORT = 6379;

/**
 * Reads `redis://[user:password@]host[:port][/database]`; `rediss://` asks for TLS.
 *
 * The query string is not read: nothing in a URL may change how the connection behaves.
 */
export function parseRedisUrl(url: string): RedisAddress {
  const { protocol, username, password, hostname, port, pathname } = new URL(url);
  return {
    // IPv6 addresses stand in brackets in a URL and nowhere else.
    host: hostname.replace(/^\[(.*)\]$/, '$1'),
    port: port === '' ? DEFAULT_PORT : Number(port),
    ...(username === '' ? {} : { username: decodeURIComponent(username) }),
    ...(password === '' ? {} : { password: decodeURIComponent(password) }),
    db: Number(pathname.slice(1)),
    ...(protocol === 'rediss:' ? { tls: {} } : {}),
  };
}
