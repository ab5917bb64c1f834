import type { MadeAnswer, SharedAnswers } from './cache-query.ts';
import type { Lease, Ticket } from './shared/shared-values.ts';
import type { Work } from './single-flight.ts';

/** An answer with what held before it was made. */
export interface Ticketed<Made> {
  readonly made: Made;
  readonly ticket: Ticket;
  /** Lets other processes go on that wait for the answer; called once it is kept, or will not be. */
  readonly release: () => void;
}

/** How an answer is looked for among those that others keep. */
export interface Search<Made extends MadeAnswer> {
  /** @param lease Null where nobody is waited for. */
  readonly find: (
    lease: { readonly isForced: boolean } | null,
  ) => ReturnType<SharedAnswers<Made>['find']>;
  /** Whether an answer that is found will do. */
  readonly accepts: (made: Made) => boolean;
  /** Epoch milliseconds until which other processes are waited for; null where nobody is. */
  readonly waitUntilMs: number | null;
}

export interface Clock {
  /** Epoch milliseconds. */
  readonly now: () => number;
  readonly pause: (milliseconds: number) => Promise<unknown>;
}

/** How often it is looked whether somebody else has made something. */
export const POLL_MS = 25;

/** Work without a search before it. */
export function toTicketed<Made>(
  { value, abort }: Work<Made>,
  ticket: Ticket,
  release: () => void = () => {},
): Work<Ticketed<Made>> {
  const land = (made: Made) => ({ made, ticket, release });
  const crash = (error: unknown): never => {
    release();
    throw error;
  };
  return { value: value.then(land, crash), abort };
}

/**
 * Takes what others keep where it will do, or waits for it while another process is making it;
 * otherwise makes it, with the ticket that was drawn before. Who has waited as long as it may, and whom
 * Redis does not answer, makes it as well.
 */
export function findOrMake<Made extends MadeAnswer>(
  search: Search<Made>,
  make: () => Work<Made>,
  clock: Clock,
): Work<Ticketed<Made>> {
  let isUnwanted = false;
  let abort = () => {
    isUnwanted = true;
  };
  const seek = async (): Promise<Ticketed<Made>> => {
    const { made, ticket, lease } = await findOrClaim(search, clock, () => isUnwanted);
    const release = typeof lease === 'string' ? () => {} : lease.release;
    if (made !== null) return { made, ticket, release };
    const work = toTicketed(make(), ticket, release);
    abort = () => work.abort();
    if (isUnwanted) abort();
    return work.value;
  };
  return { value: seek(), abort: () => abort() };
}

interface Claimed<Made> {
  /** Null where it is to be made. */
  readonly made: Made | null;
  readonly ticket: Ticket;
  readonly lease: Lease;
}

async function findOrClaim<Made extends MadeAnswer>(
  { find, accepts, waitUntilMs }: Search<Made>,
  { now, pause }: Clock,
  isUnwanted: () => boolean,
): Promise<Claimed<Made>> {
  const look = async (isForced: boolean): Promise<Claimed<Made>> => {
    const found = await find(waitUntilMs === null ? null : { isForced });
    const { made } = found;
    const isFresh = made !== null && made.keeping !== null && now() < made.keeping.freshUntilMs;
    return { ...found, made: isFresh && accepts(made) ? made : null };
  };
  for (;;) {
    let found = await look(false);
    // Something is there that will not do.
    const isUnclaimed = waitUntilMs !== null && found.ticket !== null && found.lease === 'none';
    if (found.made === null && isUnclaimed) found = await look(true);
    if (found.made !== null || found.lease !== 'taken') return found;
    if (isUnwanted() || now() >= (waitUntilMs ?? 0)) return found;
    await pause(POLL_MS);
  }
}
