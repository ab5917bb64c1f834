import * as fc from 'fast-check';
import type { Rights } from '../../../gateway/policy/requirement.ts';
import type { NaiveCaller } from './naive-decision.ts';
import { POLICIES, SCOPES } from './random-schema.ts';

/** Any caller of the random schemas; one who is not known has nothing. */
export const randomCaller: fc.Arbitrary<NaiveCaller> = fc
  .record({
    known: fc.boolean(),
    scopes: fc.subarray([...SCOPES]),
    policies: fc.subarray([...POLICIES]),
  })
  .map((caller) => (caller.known ? caller : { ...caller, scopes: [] }));

export function toRights({ known, scopes, policies }: NaiveCaller): Rights {
  return { authenticated: known, scopes: new Set(scopes), policies: new Set(policies) };
}
