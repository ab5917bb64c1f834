import type { EdgeAnswer } from '../../http/edge-types.ts';
import type { GrantedAccess } from '../../policy/grants/granted-access.ts';
import { shortenCacheable } from '../../response/render-caching.ts';

/**
 * Says with an answer that nobody on the way may keep it for longer than what was granted to its caller: they
 * would not see a grant end.
 *
 * @param nowMs Null for an answer that nobody may keep.
 */
export function untilGrantsEnd(
  answer: EdgeAnswer,
  grants: GrantedAccess | null,
  nowMs: number | null,
): EdgeAnswer {
  if (grants === null || nowMs === null) return answer;
  const secondsLeft = (grants.endsAtMs - nowMs) / 1000;
  return shortenCacheable(answer, (answer.ageSeconds ?? 0) + secondsLeft);
}
