/**
 * A connection to the server that Redis Sentinels name as the master, each with a circuit breaker of
 * its own.
 *
 * All sentinels that answer are asked from time to time and after each failure, and the server that most
 * of them name is connected to: one that was cut off from the others does not know better. As long as
 * none is known, or it is away, the caller goes on without.
 *
 * @module
 * @see https://redis.io/docs/latest/develop/reference/sentinel-clients/
 */
import type { NodeAddress } from './cluster-connection.ts';
import { Learner } from './learner.ts';
import { AWAY, type NodeConnection, type Outcome, type Script } from './node-connection.ts';

export interface SentinelSettings {
  /** At least one. */
  readonly sentinels: readonly NodeAddress[];
  /** Under which they watch the master. */
  readonly name: string;
  readonly connectSentinel: (address: NodeAddress, onReady: () => void) => NodeConnection;
  readonly connectMaster: (address: NodeAddress) => NodeConnection;
}

/** How often they are asked, though nothing seems to have changed. */
const LEARN_MS = 1000;

export class SentinelConnection {
  readonly #settings: SentinelSettings;
  readonly #sentinels: readonly NodeConnection[];
  readonly #learner = new Learner(() => this.#learn(), LEARN_MS);
  #master: { readonly name: string; readonly node: NodeConnection } | null = null;

  constructor(settings: SentinelSettings) {
    this.#settings = settings;
    this.#sentinels = settings.sentinels.map((address) =>
      settings.connectSentinel(address, () => void this.#learner.now()),
    );
  }

  /** Whether the master answers, as counts. */
  get nodes(): { readonly up: number; readonly away: number } {
    return this.#master?.node.isReady === true ? { up: 1, away: 0 } : { up: 0, away: 1 };
  }

  async run(
    script: Script,
    keys: readonly string[],
    values: readonly (string | number)[],
  ): Promise<Outcome> {
    const outcome =
      this.#master === null ? AWAY : await this.#master.node.run(script, keys, values);
    if (!outcome.ok) this.#learner.soon();
    return outcome;
  }

  close(): void {
    this.#learner.close();
    for (const node of this.#sentinels) node.close();
    this.#master?.node.close();
  }

  async #learn(): Promise<void> {
    const outcomes = await Promise.all(
      this.#sentinels.map((node) => node.masterOf(this.#settings.name)),
    );
    const named = outcomes.flatMap((outcome) => (outcome.ok ? parseMaster(outcome.reply) : []));
    const address = findMostNamed(named, this.#master?.name);
    if (address === null || this.#learner.isClosed) return;
    const name = toName(address);
    if (name === this.#master?.name) return;
    this.#master?.node.close();
    this.#master = { name, node: this.#settings.connectMaster(address) };
  }
}

/** @param before Stays where no other is named more often. */
function findMostNamed(
  named: readonly NodeAddress[],
  before: string | undefined,
): NodeAddress | null {
  const votes = new Map<string, number>();
  for (const address of named) {
    const name = toName(address);
    votes.set(name, (votes.get(name) ?? 0) + 1);
  }
  const countOf = (address: NodeAddress) =>
    (votes.get(toName(address)) ?? 0) + (toName(address) === before ? 0.5 : 0);
  return named.reduce<NodeAddress | null>(
    (most, one) => (most === null || countOf(one) > countOf(most) ? one : most),
    null,
  );
}

function toName({ host, port }: NodeAddress): string {
  return `${host}:${port}`;
}

/** Reads the answer to `SENTINEL GET-MASTER-ADDR-BY-NAME`; none for a name that is not watched. */
function parseMaster(reply: unknown): readonly NodeAddress[] {
  if (!Array.isArray(reply)) return [];
  const [host, port] = reply;
  return typeof host === 'string' && host !== '' ? [{ host, port: Number(port) }] : [];
}
