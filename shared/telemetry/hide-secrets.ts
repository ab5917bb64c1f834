/** Never written in clear, at the top of the facts or one level below. */
const SECRET_FACTS = new Set(['authorization', 'cookie', 'set-cookie', 'password', 'token']);
const HIDDEN = '[redacted]';

/** Facts of one log line, by name. */
export type LogFacts = Readonly<Record<string, unknown>>;

/**
 * Puts `[redacted]` in the place of secrets, at the top of the facts and one level below.
 * The facts themselves are not touched, and are returned as they are where nothing is secret.
 */
export function hideSecrets(facts: LogFacts): Record<string, unknown> {
  let shown: Record<string, unknown> | null = null;
  for (const name in facts) {
    const fact = facts[name];
    const hidden = SECRET_FACTS.has(name) ? HIDDEN : isPlain(fact) ? hideMembers(fact) : fact;
    if (hidden === fact) continue;
    shown ??= { ...facts };
    shown[name] = hidden;
  }
  return shown ?? facts;
}

function hideMembers(facts: LogFacts): LogFacts {
  for (const name in facts) {
    if (!SECRET_FACTS.has(name)) continue;
    const entries = Object.entries(facts);
    return Object.fromEntries(
      entries.map(([key, value]) => [key, SECRET_FACTS.has(key) ? HIDDEN : value]),
    );
  }
  return facts;
}

/** An error is no bag of facts: it has a serialiser of its own. */
function isPlain(value: unknown): value is LogFacts {
  return (
    typeof value === 'object' &&
    value !== null &&
    !Array.isArray(value) &&
    !(value instanceof Error)
  );
}
