import { createHash } from 'node:crypto';

import { LRUCache } from 'lru-cache';

import { type CheckedCredential, type Rejection, reject } from '../authentication-outcome.ts';
import type { IntrospectionSettings, IssuerSettings } from '../issuer-settings.ts';
import { askIssuer } from './ask-issuer.ts';
import { checkIntrospection } from './check-introspection.ts';

/** What became of a question to an issuer, for metrics. */
export type IntrospectionResult = 'active' | 'refused' | 'failed';

/** An issuer that can be asked. */
export type IntrospectedIssuer = IssuerSettings & { readonly introspection: IntrospectionSettings };

export const isIntrospected = (issuer: IssuerSettings): issuer is IntrospectedIssuer =>
  issuer.introspection !== null;

export interface IntrospectSettings {
  readonly issuer: IntrospectedIssuer;
  /** Claims kept in `Principal.claims`. */
  readonly rowClaims: readonly string[];
  /** Epoch milliseconds. */
  readonly now: () => number;
  /** Told of each question that was asked; must not throw. */
  readonly onAnswer: (result: IntrospectionResult) => void;
}

/** Answers at once for a token that is remembered; the promise never rejects. */
export type Introspect = (
  token: string,
) => CheckedCredential | Rejection | Promise<CheckedCredential | Rejection>;

/** Tokens remembered, each by its hash alone. */
const ACTIVE_TOKENS = 10_000;
const REFUSED_TOKENS = 1000;
/** Long enough for a client in a loop, short enough for a token that has just become valid. */
const REFUSED_FOR_MS = 5000;
/** Questions under way; more would only wait behind them, or take the issuer down. */
const MOST_QUESTIONS = 64;

interface Remembered {
  readonly answer: CheckedCredential | Rejection;
  /** Epoch milliseconds. */
  readonly until: number;
}

/**
 * Builds an `Introspect` for the issuer whose tokens cannot be read here.
 *
 * An answer is remembered by a hash of the token: a token that is active for the configured time
 * and never past its `exp`, one that is refused for five seconds. Many requests with one token are
 * one question. A question that fails is not remembered.
 *
 * @returns Rejections `TOKEN_INACTIVE`, those of the claims, and `ISSUER_UNREACHABLE` when the
 *   issuer does not answer as it should in time, or too many questions are under way.
 * @see https://www.rfc-editor.org/rfc/rfc7662
 */
export function createIntrospect(settings: IntrospectSettings): Introspect {
  const { issuer, rowClaims, now, onAnswer } = settings;
  const active = new LRUCache<string, Remembered>({ max: ACTIVE_TOKENS });
  const refused = new LRUCache<string, Remembered>({ max: REFUSED_TOKENS });
  const underWay = new Map<string, Promise<CheckedCredential | Rejection>>();
  const believedForMs = issuer.introspection.cacheSeconds * 1000;

  const ask = async (token: string, key: string): Promise<CheckedCredential | Rejection> => {
    try {
      const payload = await askIssuer(token, issuer.introspection).catch(() => null);
      if (payload === null) {
        onAnswer('failed');
        return reject('ISSUER_UNREACHABLE', UNREACHABLE);
      }
      const answer = checkIntrospection(payload, issuer, rowClaims, now() / 1000);
      onAnswer(answer.ok ? 'active' : 'refused');
      if (answer.ok) {
        const expiresAtMs = answer.principal.expiresAt * 1000;
        active.set(key, { answer, until: Math.min(expiresAtMs, now() + believedForMs) });
      } else refused.set(key, { answer, until: now() + REFUSED_FOR_MS });
      return answer;
    } finally {
      underWay.delete(key);
    }
  };

  return (token) => {
    const key = createHash('sha256').update(token).digest('base64url');
    const known = active.get(key) ?? refused.get(key);
    if (known !== undefined && now() < known.until) return known.answer;
    const pending = underWay.get(key);
    if (pending !== undefined) return pending;
    if (underWay.size >= MOST_QUESTIONS) return reject('ISSUER_UNREACHABLE', UNREACHABLE);
    active.delete(key);
    const question = ask(token, key);
    underWay.set(key, question);
    return question;
  };
}

const UNREACHABLE =
  'The token issuer could not be asked about the access token, so the token cannot be checked.';
