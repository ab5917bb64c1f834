import { createHash, timingSafeEqual } from 'node:crypto';
import type { ChangeNotice } from '../../../shared/changes/change-notice.ts';
import { MeshgateError } from '../../../shared/errors/meshgate-error.ts';
import { parseInvalidation } from '../../cache/parse-invalidation.ts';
import type { InvalidateCache } from '../../http/edge-types.ts';

/**
 * Builds what answers a request to forget kept answers.
 *
 * @param key Who knows it may ask, as `authorization: <key>` or `authorization: Bearer <key>`.
 * @param forget Returns how many answers of this process were forgotten.
 * @throws {MeshgateError} From what is built: `CACHE_KEY_REFUSED` without the key; `REQUEST_MALFORMED`.
 */
export function createInvalidateCache(
  key: string,
  forget: (notice: ChangeNotice) => number,
): InvalidateCache {
  const expected = digest(key);
  return (authorization, body) => {
    const given = authorization?.replace(/^Bearer +/i, '') ?? '';
    // Digests are of one length, so the time taken tells nothing about the key.
    if (!timingSafeEqual(digest(given), expected)) throw new MeshgateError('CACHE_KEY_REFUSED');
    const outcome = parseInvalidation(body);
    if (!outcome.ok) throw new MeshgateError('REQUEST_MALFORMED', { message: outcome.message });
    return outcome.notices.reduce((count, notice) => count + forget(notice), 0);
  };
}

const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
