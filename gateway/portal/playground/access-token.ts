/** What the claims of an access token say about it, read without checking its signature. */
export interface TokenFacts {
  readonly subject: string | null;
  readonly scopes: readonly string[];
  /** Epoch milliseconds; null when the token never expires. */
  readonly expiresAt: number | null;
}

/** Takes a token as people paste it: with `Bearer`, with quotes, with line breaks. */
export function cleanToken(pasted: string): string {
  return pasted.replace(/^[\s"']*(authorization:\s*)?(bearer\s+)?/i, '').replace(/[\s"']/g, '');
}

/**
 * Reads the facts of a JSON Web Token for the reader's eyes only; the gateway decides what it is worth.
 *
 * @returns Null when the text is not a JSON Web Token.
 */
export function readTokenFacts(token: string): TokenFacts | null {
  const [, payload, signature] = token.split('.');
  if (payload === undefined || signature === undefined) return null;
  try {
    const bytes = Uint8Array.from(atob(payload.replace(/-/g, '+').replace(/_/g, '/')), (byte) =>
      byte.charCodeAt(0),
    );
    const claims = JSON.parse(new TextDecoder().decode(bytes)) as Record<string, unknown>;
    return {
      subject: typeof claims.sub === 'string' ? claims.sub : null,
      scopes: toScopes(claims.scope),
      expiresAt: typeof claims.exp === 'number' ? claims.exp * 1000 : null,
    };
  } catch {
    return null;
  }
}

function toScopes(scope: unknown): readonly string[] {
  if (typeof scope === 'string') return scope.split(' ').filter((name) => name !== '');
  return Array.isArray(scope) ? scope.filter((name) => typeof name === 'string') : [];
}

/**
 * Says how long a token is still good for.
 *
 * @param now Epoch milliseconds.
 */
export function describeExpiry({ expiresAt }: TokenFacts, now: number): string {
  if (expiresAt === null) return 'does not expire';
  const minutes = Math.floor((expiresAt - now) / 60_000);
  if (expiresAt <= now) return 'expired';
  if (minutes < 1) return 'expires in less than a minute';
  if (minutes < 120) return `expires in ${minutes} min`;
  return minutes < 48 * 60
    ? `expires in ${Math.floor(minutes / 60)} hours`
    : `expires in ${Math.floor(minutes / 1440)} days`;
}
