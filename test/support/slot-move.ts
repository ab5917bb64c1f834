import type { TestRedis } from './redis.ts';

/** Slots of a cluster that go from one server to another, in the steps that `redis-cli --cluster reshard` takes. */
export interface SlotMove {
  /** From now on the old server sends on who asks for a key that it does not have. */
  begin(): Promise<void>;
  /** Moves keys that fit a pattern of a regular expression. */
  moveKeys(pattern: RegExp): Promise<void>;
  /** Makes it known to all servers that the new one has the slots. */
  end(): Promise<void>;
}

/** @param servers All that have slots. */
export async function prepareSlotMove(
  slots: readonly number[],
  [from, to]: readonly [TestRedis, TestRedis],
  servers: readonly TestRedis[],
): Promise<SlotMove> {
  const idOf = async (server: TestRedis) => (await server.command('CLUSTER', 'MYID')).trim();
  const [fromId, toId] = [await idOf(from), await idOf(to)];
  const tell = async (server: TestRedis, slot: number, ...words: readonly string[]) => {
    const reply = await server.command('CLUSTER', 'SETSLOT', `${slot}`, ...words);
    if (reply.trim() !== 'OK') throw new Error(reply);
  };
  return {
    async begin() {
      for (const slot of slots) {
        await tell(to, slot, 'IMPORTING', fromId);
        await tell(from, slot, 'MIGRATING', toId);
      }
    },
    async moveKeys(pattern) {
      for (const slot of slots) {
        const keys = (await from.command('CLUSTER', 'GETKEYSINSLOT', `${slot}`, '1000')).trim();
        for (const key of keys.split('\n').filter((one) => pattern.test(one))) {
          await from.command('MIGRATE', '127.0.0.1', `${to.port}`, key, '0', '5000');
        }
      }
    },
    async end() {
      // The new one first, so that nobody is sent to a server that sends back.
      const others = servers.filter((server) => server !== to);
      for (const slot of slots) {
        for (const server of [to, ...others]) await tell(server, slot, 'NODE', toId);
      }
    },
  };
}
