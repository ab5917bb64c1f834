import { type Rejection, reject } from '../authentication-outcome.ts';
import type { JsonObject } from '../claim-values.ts';
import type { IssuerSettings } from '../issuer-settings.ts';

/**
 * Checks whom a token is for and when it is valid.
 *
 * `exp` is required: a token without it would be valid for ever. A token issued in the future is
 * the sign of a broken clock or of one made in stock, and is refused like one whose `nbf` is ahead.
 *
 * @param nowSeconds Epoch seconds, with a fraction.
 * @returns Null when all is well.
 * @see https://www.rfc-editor.org/rfc/rfc7519#section-4.1
 */
export function checkClaims(
  payload: JsonObject,
  settings: Pick<IssuerSettings, 'audiences' | 'clockToleranceSeconds'>,
  nowSeconds: number,
): Rejection | null {
  const { exp, nbf, iat } = payload;
  if (!isNumericDate(exp)) {
    return reject(
      'TOKEN_CLAIM_INVALID',
      'The access token lacks the claim exp, or it is no number.',
    );
  }
  if (!isAbsentOrNumericDate(nbf) || !isAbsentOrNumericDate(iat)) {
    return reject(
      'TOKEN_CLAIM_INVALID',
      'The claims nbf and iat of the access token must be numbers.',
    );
  }

  const tolerance = settings.clockToleranceSeconds;
  if (exp + tolerance <= nowSeconds) return reject('TOKEN_EXPIRED');
  if (Math.max(nbf ?? 0, iat ?? 0) - tolerance > nowSeconds) return reject('TOKEN_NOT_YET_VALID');
  return isForUs(payload.aud, settings.audiences) ? null : reject('TOKEN_AUDIENCE_MISMATCH');
}

/** The last second of the year 9999: what lies beyond is no date but a token that is to last for ever. */
const LAST_SECOND = 253_402_300_799;

function isNumericDate(value: unknown): value is number {
  return typeof value === 'number' && value >= 0 && value <= LAST_SECOND;
}

function isAbsentOrNumericDate(value: unknown): value is number | undefined {
  return value === undefined || isNumericDate(value);
}

/** Whether `aud`, a text or a list, names one of the audiences. */
function isForUs(aud: unknown, audiences: readonly string[]): boolean {
  const named: readonly unknown[] = Array.isArray(aud) ? aud : [aud];
  return audiences.some((audience) => named.includes(audience));
}
