import {
  type AuthorizationAnswer,
  type EntityJson,
  statefulIsAuthorized,
} from '@cedar-policy/cedar-wasm/nodejs';
import type { Principal } from '../../identity/principal.ts';
import type { DecidePolicy } from '../../policy/held-policies.ts';

const CALLER = 'Meshgate::Caller';
const POLICY = 'Meshgate::Policy';
const USE = { type: 'Meshgate::Action', id: 'use' };

/** Cedar gave no decision, and named no rule that was to blame. */
const UNDECIDED = { holds: false, failed: ['Cedar'] } as const;

/**
 * Creates what asks Cedar whether a policy holds; a tenth of a millisecond for each question.
 *
 * A policy that no rule permits does not hold. Nor does one for which a rule fails, even if another
 * rule permits it: the one that failed may have been the one that forbids.
 *
 * @param version Under which schema and rules were parsed.
 */
export function createDecidePolicy(version: string): DecidePolicy {
  return (principal, name) => {
    const answer = ask(version, principal, name);
    if (answer?.type !== 'success') return UNDECIDED;
    const { decision, diagnostics } = answer.response;
    const failed = diagnostics.errors.map(({ policyId }) => policyId);
    return { holds: decision === 'allow' && failed.length === 0, failed };
  };
}

/** @returns Null when the evaluator itself broke. */
function ask(version: string, principal: Principal, name: string): AuthorizationAnswer | null {
  const caller = toEntity(principal);
  try {
    return statefulIsAuthorized({
      principal: caller.uid,
      action: USE,
      resource: { type: POLICY, id: name },
      context: {},
      preparsedPolicySetId: version,
      preparsedSchemaName: version,
      validateRequest: true,
      entities: [caller],
    });
  } catch {
    return null;
  }
}

/** The caller as the schema declares it; what is not known is left out. */
function toEntity(principal: Principal): EntityJson {
  const { authenticated, kind, issuer, subject, domain } = principal;
  const known = Object.entries({ kind, issuer, subject, domain }).filter(
    (entry): entry is [string, string] => entry[1] !== null,
  );
  return {
    uid: { type: CALLER, id: principal.fingerprint },
    attrs: {
      authenticated,
      ...Object.fromEntries(known),
      scopes: [...principal.scopes],
      roles: [...principal.roles],
      purposes: [...principal.purposes],
    },
    parents: [],
    tags: Object.fromEntries(
      Object.entries(principal.claims).map(([name, values]) => [name, [...values]]),
    ),
  };
}
