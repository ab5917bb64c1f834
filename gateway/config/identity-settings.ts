import { z } from 'zod';

import { checkIssuers, issuerSchema } from './issuer-schema.ts';
import { flag, json, list, text, whole } from './setting-types.ts';

/** Slashes, colons and dots occur in claims that are named by a URL. */
const claimName = () =>
  text()
    .regex(/^[\w:./-]+$/, { error: 'expected the name of a claim' })
    .refine((name) => name !== '__proto__', { error: 'expected the name of a claim' });

/** A name that a cookie can have (RFC 6265, 4.1.1). */
const cookieName = () =>
  text().regex(/^[!#$%&'*+.^_`|~\da-zA-Z-]+$/, { error: 'expected the name of a cookie' });

/** Who may ask, and how callers prove who they are. */
export const identitySettings = {
  REQUIRE_AUTHENTICATION: flag()
    .default(false)
    .describe('Whether a request without a token is refused as a whole.'),
  ISSUERS: json(
    'JSON array of issuers',
    z.array(issuerSchema, { error: 'expected a JSON array of issuers' }).superRefine(checkIssuers),
  )
    .default([])
    .describe(
      'Issuers whose tokens are accepted; with none, and no database of API keys, all callers are anonymous.',
    ),
  TOKEN_BYTES: whole('bytes', 256, 65_536)
    .default(8192)
    .describe('Largest `authorization` header that is looked at.'),
  TOKEN_COOKIE: cookieName()
    .nullable()
    .default(null)
    .describe(
      'Cookie that may hold the token instead; a name that begins with `__Host-` keeps other hosts from setting it.',
    ),
  ROW_CLAIMS: list('claim names', claimName())
    .default(['regions'])
    .describe('Claims of the caller that are passed to data products for row-level security.'),
  DATABASE_URL: z
    .url({ protocol: /^postgres(ql)?$/, error: 'expected a postgresql URL' })
    .nullable()
    .default(null)
    .describe(
      'PostgreSQL where API keys, revocations and access grants are kept, in the schema `meshgate`; unset does without.',
    ),
} as const;
