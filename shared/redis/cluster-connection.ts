/**
 * Connections to all servers of a Redis Cluster, each with a circuit breaker of its own, and which of
 * them has which slots.
 *
 * A command goes to the server that has the slot of its keys, and once more to where that server
 * sends it. What cannot be done at once is not done: the caller goes on without, and which server
 * has what is asked again in the background.
 *
 * @module
 * @see https://redis.io/docs/latest/operate/oss_and_stack/reference/cluster-spec/
 */
import { toSlot } from './key-slot.ts';
import { Learner } from './learner.ts';
import { AWAY, type NodeConnection, type Outcome, type Script } from './node-connection.ts';

/** Where a server listens. */
export interface NodeAddress {
  readonly host: string;
  readonly port: number;
}

export interface ClusterSettings {
  /** Servers to begin with, at least one; the others are learnt from them. */
  readonly seeds: readonly NodeAddress[];
  readonly connect: (address: NodeAddress, onReady: () => void) => NodeConnection;
}

interface SlotRange {
  readonly first: number;
  readonly last: number;
  readonly address: NodeAddress;
}

/** How often it is asked which server has what, though nothing seems to have changed. */
const LEARN_MS = 5000;

/** More servers than a cluster has; what names more is no cluster. */
const MOST_NODES = 1000;

export class ClusterConnection {
  readonly #settings: ClusterSettings;
  readonly #nodes = new Map<string, NodeConnection>();
  readonly #seeds: ReadonlySet<string>;
  readonly #learner = new Learner(() => this.#learn(), LEARN_MS);
  #ranges: readonly SlotRange[] = [];

  constructor(settings: ClusterSettings) {
    this.#settings = settings;
    this.#seeds = new Set(settings.seeds.map(toName));
    for (const seed of settings.seeds) this.#nodeAt(seed);
  }

  /** Connections by whether their server answers, counts. */
  get nodes(): { readonly up: number; readonly away: number } {
    const all = [...this.#nodes.values()];
    const up = all.filter(({ isReady }) => isReady).length;
    return { up, away: all.length - up };
  }

  async run(
    script: Script,
    keys: readonly string[],
    values: readonly (string | number)[],
  ): Promise<Outcome> {
    const address = this.#addressOf(toSlot(keys[0] ?? ''));
    const outcome = address === null ? AWAY : await this.#nodeAt(address).run(script, keys, values);
    if (outcome.ok) return outcome;
    // A server that is down, or does not know its cluster any more, refuses what it may not do.
    this.#learner.soon();
    const redirection = outcome.failure === 'moved' ? parseRedirection(outcome.message) : null;
    if (redirection === null) return outcome;
    const host = redirection.host === '' ? (address?.host ?? '') : redirection.host;
    const target = this.#nodeAt({ host, port: redirection.port });
    return target.run(script, keys, values, redirection.isAsking);
  }

  close(): void {
    this.#learner.close();
    for (const node of this.#nodes.values()) node.close();
  }

  #addressOf(slot: number): NodeAddress | null {
    const range = this.#ranges.find(({ first, last }) => first <= slot && slot <= last);
    return range?.address ?? null;
  }

  #nodeAt(address: NodeAddress): NodeConnection {
    const name = toName(address);
    let node = this.#nodes.get(name);
    if (node === undefined) {
      node = this.#settings.connect(address, () => void this.#learner.now());
      this.#nodes.set(name, node);
    }
    return node;
  }

  async #learn(): Promise<void> {
    const ranges = await this.#ask();
    if (ranges !== null && !this.#learner.isClosed) this.#follow(ranges);
  }

  /** In another order each time: a server that was cut off from the others does not know better. */
  async #ask(): Promise<readonly SlotRange[] | null> {
    const ready = [...this.#nodes].filter(([, { isReady }]) => isReady);
    const start = Math.floor(Math.random() * ready.length);
    for (const [name, node] of [...ready.slice(start), ...ready.slice(0, start)]) {
      const outcome = await node.slots();
      const ranges = outcome.ok ? parseSlots(outcome.reply, toHost(name)) : [];
      if (ranges.length > 0) return ranges;
    }
    return null;
  }

  #follow(ranges: readonly SlotRange[]): void {
    const names = new Set(ranges.map(({ address }) => toName(address)));
    if (names.size > MOST_NODES) return;
    this.#ranges = ranges;
    for (const { address } of ranges) this.#nodeAt(address);
    for (const [name, node] of this.#nodes) {
      if (names.has(name) || this.#seeds.has(name)) continue;
      node.close();
      this.#nodes.delete(name);
    }
  }
}

function toName({ host, port }: NodeAddress): string {
  return `${host}:${port}`;
}

function toHost(name: string): string {
  return name.slice(0, name.lastIndexOf(':'));
}

/** Reads `MOVED slot host:port` and `ASK slot host:port`; the host may be missing. */
function parseRedirection(message: string): (NodeAddress & { readonly isAsking: boolean }) | null {
  const [, word, host = '', port] = /^(MOVED|ASK) \d+ (.*):(\d+)$/.exec(message) ?? [];
  return word === undefined ? null : { host, port: Number(port), isAsking: word === 'ASK' };
}

/** Reads the answer to `CLUSTER SLOTS`; a server that does not know its own host is the one asked. */
function parseSlots(reply: unknown, askedHost: string): readonly SlotRange[] {
  if (!Array.isArray(reply)) return [];
  return reply.flatMap((entry: unknown) => {
    if (!Array.isArray(entry) || !Array.isArray(entry[2])) return [];
    const [host, port] = entry[2];
    const isNamed = typeof host === 'string' && host !== '' && host !== '?';
    const address = { host: isNamed ? host : askedHost, port: Number(port) };
    return [{ first: Number(entry[0]), last: Number(entry[1]), address }];
  });
}
