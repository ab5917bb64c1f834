import { isIP } from 'node:net';

import { z } from 'zod';

import { nearestName } from './nearest-name.ts';
import { secretReference } from './secret-reference.ts';
import { text } from './setting-types.ts';

/** Signature algorithms with a public key. */
const PUBLIC_KEY_ALGORITHMS = [
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

/** Signature algorithms with a shared secret: every holder of it can make tokens in the issuer's name. */
const SECRET_ALGORITHMS = ['HS256', 'HS384', 'HS512'] as const;

const TOKEN_ALGORITHMS = [...PUBLIC_KEY_ALGORITHMS, ...SECRET_ALGORITHMS] as const;

const describeMistake =
  (example: string, knownKeys: () => readonly string[]) =>
  (issue: z.core.$ZodRawIssue): string =>
    issue.code === 'unrecognized_keys'
      ? `expected no key ${issue.keys.map((key) => describeKey(key, knownKeys())).join(', ')}`
      : `expected ${example}`;

const wholeSeconds = (minimum: number, maximum: number) => {
  const error = `expected a whole number of seconds from ${minimum} to ${maximum}`;
  return z.int({ error }).min(minimum, { error }).max(maximum, { error });
};

const claimPath = () =>
  text().refine((path) => !path.split('.').includes('__proto__'), {
    error: 'expected the name of a claim, or a path such as realm_access.roles',
  });

/** How an issuer is asked about tokens that cannot be read here (RFC 7662). */
const introspectionSchema = z.strictObject(
  {
    endpoint: text()
      .refine((url) => isSafeUrl(url), {
        error: 'expected an https URL, or an http URL of this machine',
      })
      .describe('Introspection endpoint: an https URL.'),
    clientId: text().describe('What the issuer knows this gateway by.'),
    clientSecret: secretReference().describe(
      'Where the secret of this client is: `env:NAME` or `file:PATH`.',
    ),
    timeoutMs: z
      .int({ error: 'expected a whole number of milliseconds from 1 to 60000' })
      .min(1, { error: 'expected a whole number of milliseconds from 1 to 60000' })
      .max(60_000, { error: 'expected a whole number of milliseconds from 1 to 60000' })
      .default(2000)
      .describe('Budget for one question, in milliseconds (1 to 60000).'),
    cacheSeconds: wholeSeconds(1, 300)
      .default(30)
      .describe('How long an active token is believed without asking, in seconds (1 to 300).'),
  },
  {
    error: describeMistake(
      'an introspection such as {"endpoint": …, "clientId": …, "clientSecret": "env:…"}',
      introspectionKeys,
    ),
  },
);

/** One issuer whose tokens are accepted. */
export const issuerSchema = z.strictObject(
  {
    issuer: text()
      .refine((issuer) => !issuer.startsWith('urn:meshgate:'), {
        error: 'expected another name than one of this gateway itself',
      })
      .describe('Compared with `iss`, character by character.'),
    audiences: z
      .array(text(), { error: 'expected a list of audiences' })
      .min(1, { error: 'expected at least one audience' })
      .describe('`aud` of a token must name one of these.'),
    jwks: text()
      .refine(isKeySource, {
        error: 'expected an https URL, an http URL of this machine, or a path of a file',
      })
      .nullable()
      .default(null)
      .describe('Where the public keys are: an https URL or a path of a JWKS file.'),
    secret: secretReference()
      .nullable()
      .default(null)
      .describe(
        'Where the secret for HS algorithms is, `env:NAME` or `file:PATH`; instead of `jwks`.',
      ),
    introspection: introspectionSchema
      .nullable()
      .default(null)
      .describe(
        'How the issuer is asked about tokens that cannot be read (RFC 7662): `endpoint`, `clientId`, `clientSecret` (`env:NAME` or `file:PATH`), `timeoutMs` (2000), `cacheSeconds` (30).',
      ),
    algorithms: z
      .array(z.enum(TOKEN_ALGORITHMS, { error: `expected one of ${TOKEN_ALGORITHMS.join(', ')}` }))
      .min(1, { error: 'expected at least one algorithm' })
      .optional()
      .describe(
        'Signature algorithms accepted: `RS256`, `PS256`, `ES256`, `EdDSA` when not given, `HS256` with a `secret`.',
      ),
    subjectClaim: claimPath().default('sub').describe('Claim that names the caller.'),
    scopeClaim: claimPath()
      .default('scope')
      .describe(
        'Claim with the scopes, a string or a list; like all claims, a path such as `a.b` too.',
      ),
    roleClaim: claimPath()
      .nullable()
      .default('roles')
      .describe('Claim with the roles, a string or a list.'),
    roleScopes: z
      .record(z.string(), z.array(text()), {
        error: 'expected lists of scopes by role, such as {"steward": ["accounts:pii"]}',
      })
      .default({})
      .describe('Scopes that a role stands for, besides those of the token.'),
    domainClaim: claimPath()
      .nullable()
      .default('domain')
      .describe('Claim with the domain that the caller belongs to.'),
    purposeClaim: claimPath()
      .nullable()
      .default('purpose')
      .describe('Claim with the purposes that the caller may use data for, a string or a list.'),
    rowClaims: z
      .record(z.string(), claimPath(), {
        error: 'expected claims by name, such as {"regions": "app_metadata.regions"}',
      })
      .default({})
      .describe('Row claims that have another name in tokens of this issuer, by their name here.'),
    callers: z
      .enum(['user', 'machine'], { error: 'expected user or machine' })
      .nullable()
      .default(null)
      .describe(
        'What its callers are, `user` or `machine`; otherwise a token whose client is its subject is of a machine.',
      ),
    clockToleranceSeconds: wholeSeconds(0, 300)
      .default(5)
      .describe("How far the issuer's clock may be off, in seconds (0 to 300)."),
  },
  {
    error: describeMistake(
      'an issuer such as {"issuer": …, "audiences": […], "jwks": …}',
      issuerKeys,
    ),
  },
);

/** One issuer as the configuration has it: secrets are named, not read. */
export type ConfiguredIssuer = z.output<typeof issuerSchema>;

/** Algorithms of an issuer that names none. */
export function defaultAlgorithms({ secret }: ConfiguredIssuer): readonly string[] {
  return secret === null ? ['RS256', 'PS256', 'ES256', 'EdDSA'] : ['HS256'];
}

/** Reports what does not fit together within one issuer, and between several. */
export function checkIssuers(
  issuers: readonly ConfiguredIssuer[],
  context: Pick<z.RefinementCtx, 'addIssue'>,
): void {
  const seen = new Set<string>();
  let introspected = 0;
  for (const [index, issuer] of issuers.entries()) {
    const report = (key: keyof ConfiguredIssuer, message: string): void => {
      context.addIssue({ code: 'custom', path: [index, key], message });
    };
    if (seen.has(issuer.issuer)) report('issuer', 'expected each issuer once');
    seen.add(issuer.issuer);
    checkKeys(issuer, report);
    introspected += issuer.introspection === null ? 0 : 1;
    if (issuer.introspection !== null && introspected > 1) {
      const reason = 'a token that cannot be read does not say whom to ask';
      report('introspection', `expected one issuer with introspection: ${reason}`);
    }
  }
}

function checkKeys(
  { jwks, secret, introspection, algorithms = [] }: ConfiguredIssuer,
  report: (key: keyof ConfiguredIssuer, message: string) => void,
): void {
  if (jwks === null && secret === null && introspection === null) {
    report('jwks', 'expected one of jwks, secret and introspection');
  }
  if (jwks !== null && secret !== null) {
    report('secret', 'expected no secret beside jwks, so that no public key can serve as a secret');
  }
  const usesSecret = (name: string) => SECRET_ALGORITHMS.some((one) => one === name);
  if (algorithms.some((name) => usesSecret(name) !== (secret !== null))) {
    report(
      'algorithms',
      secret === null
        ? 'expected no HS algorithm without a secret'
        : 'expected HS algorithms only, as there is a secret',
    );
  }
}

function introspectionKeys(): readonly string[] {
  return Object.keys(introspectionSchema.shape);
}

function issuerKeys(): readonly string[] {
  return Object.keys(issuerSchema.shape);
}

function describeKey(key: string, knownKeys: readonly string[]): string {
  const meant = nearestName(key, knownKeys);
  return meant === null ? key : `${key} (did you mean ${meant}?)`;
}

function isKeySource(jwks: string): boolean {
  return !/^[a-z][a-z\d+.-]*:\/\//i.test(jwks) || isSafeUrl(jwks);
}

/** What is sent in the clear could be read or replaced on the way, so plain http stays on this machine. */
function isSafeUrl(url: string): boolean {
  if (!URL.canParse(url)) return false;
  const { protocol, hostname } = new URL(url);
  return protocol === 'https:' || (protocol === 'http:' && isLoopback(hostname));
}

function isLoopback(hostname: string): boolean {
  if (hostname === 'localhost' || hostname === '[::1]') return true;
  return isIP(hostname) === 4 && hostname.startsWith('127.');
}
