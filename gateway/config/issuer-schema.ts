import { isIP } from 'node:net';

import { z } from 'zod';

import { nearestName } from './nearest-name.ts';
import { text } from './setting-types.ts';

/**
 * The signature algorithms a token may use. All are asymmetric: a shared secret would let every
 * holder of it, this gateway included, make tokens in the issuer's name.
 */
const TOKEN_ALGORITHMS = [
  'RS256',
  'RS384',
  'RS512',
  'PS256',
  'PS384',
  'PS512',
  'ES256',
  'ES384',
  'ES512',
  'EdDSA',
  'Ed25519',
] as const;

/** One issuer whose tokens are accepted. */
export const issuerSchema = z.strictObject(
  {
    issuer: text().describe('Compared with `iss`, character by character.'),
    audiences: z
      .array(text(), { error: 'expected a list of audiences' })
      .min(1, { error: 'expected at least one audience' })
      .describe('`aud` of a token must name one of these.'),
    jwks: text()
      .refine(isKeySource, {
        error: 'expected an https URL, an http URL of this machine, or a path of a file',
      })
      .describe('Where the public keys are: an https URL or a path of a JWKS file.'),
    algorithms: z
      .array(z.enum(TOKEN_ALGORITHMS, { error: `expected one of ${TOKEN_ALGORITHMS.join(', ')}` }))
      .min(1, { error: 'expected at least one algorithm' })
      .default(['RS256', 'PS256', 'ES256', 'EdDSA'])
      .describe('Signature algorithms accepted; all are asymmetric.'),
    scopeClaim: text().default('scope').describe('Claim with the scopes, a string or a list.'),
    clockToleranceSeconds: z
      .int({ error: 'expected a whole number of seconds from 0 to 300' })
      .min(0, { error: 'expected a whole number of seconds from 0 to 300' })
      .max(300, { error: 'expected a whole number of seconds from 0 to 300' })
      .default(5)
      .describe("How far the issuer's clock may be off, in seconds (0 to 300)."),
  },
  {
    error: (issue) =>
      issue.code === 'unrecognized_keys'
        ? `expected no key ${issue.keys.map(describeKey).join(', ')}`
        : 'expected an issuer such as {"issuer": …, "audiences": […], "jwks": …}',
  },
);

function describeKey(key: string): string {
  const meant = nearestName(key, Object.keys(issuerSchema.shape));
  return meant === null ? key : `${key} (did you mean ${meant}?)`;
}

/** Keys fetched in the clear could be replaced on the way, so plain http stays on this machine. */
function isKeySource(jwks: string): boolean {
  if (!/^[a-z][a-z\d+.-]*:\/\//i.test(jwks)) return true;
  if (!URL.canParse(jwks)) return false;
  const { protocol, hostname } = new URL(jwks);
  return protocol === 'https:' || (protocol === 'http:' && isLoopback(hostname));
}

function isLoopback(hostname: string): boolean {
  if (hostname === 'localhost' || hostname === '[::1]') return true;
  return isIP(hostname) === 4 && hostname.startsWith('127.');
}
