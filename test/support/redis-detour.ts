import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { setTimeout } from 'node:timers/promises';
import { onTestFinished } from 'vitest';
import type { TestRedis } from './redis.ts';

/** A way to a Redis server on which answers may take longer. */
export interface RedisDetour {
  readonly url: string;
  /** How much longer, of those that come from now on; 0 at first. */
  delayMs: number;
}

/** Opens a port of 127.0.0.1 that leads to a server, until the test ends. */
export async function startRedisDetour(redis: Pick<TestRedis, 'port'>): Promise<RedisDetour> {
  const sockets = new Set<Socket>();
  const detour = { url: '', delayMs: 0 };
  const server = createServer((client) => {
    const upstream = connect(redis.port, '127.0.0.1');
    for (const [socket, other] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      sockets.add(socket);
      socket.on('error', () => {});
      socket.on('close', () => {
        sockets.delete(socket);
        other.destroy();
      });
    }
    client.pipe(upstream);
    // However long each takes, they come in order.
    let last: Promise<unknown> = Promise.resolve();
    upstream.on('data', (chunk) => {
      last = Promise.all([last, setTimeout(detour.delayMs)]).then(() => client.write(chunk));
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  detour.url = `redis://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return detour;
}
