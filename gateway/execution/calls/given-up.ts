import type { FailedAnswer } from './subgraph-answer.ts';

/** What stands for the answer of a call that was given up; a client sees it only where it is still there. */
export function givenUp(subgraph: string): FailedAnswer {
  return {
    ok: false,
    code: 'SUBGRAPH_TIMEOUT',
    message: `The data product "${subgraph}" was not waited for any longer, because the request as a whole took too long; ask for less, or try again later.`,
  };
}
