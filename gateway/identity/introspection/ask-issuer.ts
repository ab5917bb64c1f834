import type { JsonObject } from '../claim-values.ts';
import type { IntrospectionSettings } from '../issuer-settings.ts';
import { hasRepeatedNames } from '../jwt/has-repeated-names.ts';
import { readBounded } from '../read-bounded.ts';

/** Bytes of the longest answer that is read; real ones have a few hundred. */
const LONGEST_ANSWER = 64 * 1024;

/**
 * Asks an issuer about a token, as the client that the gateway is registered as.
 *
 * A redirect is an error: the token must not go where the configuration does not say.
 *
 * @throws {Error} When there is no answer in time, or it is no JSON object.
 * @see https://www.rfc-editor.org/rfc/rfc7662#section-2
 */
export async function askIssuer(
  token: string,
  { endpoint, clientId, clientSecret, timeoutMs }: IntrospectionSettings,
): Promise<JsonObject> {
  const response = await fetch(endpoint, {
    method: 'POST',
    headers: {
      accept: 'application/json',
      authorization: toBasic(clientId, clientSecret),
      'content-type': 'application/x-www-form-urlencoded',
    },
    body: new URLSearchParams({ token, token_type_hint: 'access_token' }).toString(),
    redirect: 'error',
    signal: AbortSignal.timeout(timeoutMs),
  });
  const text = await readBounded(response, LONGEST_ANSWER);
  if (response.status !== 200) throw new Error(`the issuer answered with ${response.status}`);
  const value: unknown = JSON.parse(text);
  const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
  if (!isObject || hasRepeatedNames(text)) throw new Error('the issuer did not answer an object');
  return value as JsonObject;
}

/** Both parts are form-encoded first (RFC 6749, 2.3.1). */
function toBasic(clientId: string, clientSecret: string): string {
  const encode = (text: string) => new URLSearchParams({ '': text }).toString().slice(1);
  const pair = `${encode(clientId)}:${encode(clientSecret)}`;
  return `Basic ${Buffer.from(pair).toString('base64')}`;
}
