import type { MadeAnswer, SharedAnswers } from './cache-query.ts';
import type { Ticket } from './shared/shared-values.ts';
import type { Work } from './single-flight.ts';

/** An answer with what held before it was made. */
export interface Ticketed<Made> {
  readonly made: Made;
  readonly ticket: Ticket;
}

/** Work without a search before it. */
export function toTicketed<Made>(
  { value, abort }: Work<Made>,
  ticket: Ticket,
): Work<Ticketed<Made>> {
  return { value: value.then((made) => ({ made, ticket })), abort };
}

/** Takes what others keep while it is fresh; otherwise makes it, with the ticket that was drawn before. */
export function findOrMake<Made extends MadeAnswer>(
  finding: ReturnType<SharedAnswers<Made>['find']>,
  make: () => Work<Made>,
  now: () => number,
): Work<Ticketed<Made>> {
  let isUnwanted = false;
  let abort = () => {
    isUnwanted = true;
  };
  const value = finding.then(({ made, ticket }) => {
    if (made !== null && made.keeping !== null && now() < made.keeping.freshUntilMs) {
      return { made, ticket };
    }
    const work = toTicketed(make(), ticket);
    abort = () => work.abort();
    if (isUnwanted) abort();
    return work.value;
  });
  return { value, abort: () => abort() };
}
