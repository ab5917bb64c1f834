interface Answer {
  readonly headers?: Readonly<Record<string, string>> | undefined;
}

/**
 * Says in `Cache-Status` that an answer was kept.
 *
 * @param ttlSeconds Until it is stale; negative for how long it has been.
 * @param how A hit is a hit; what else was done is told besides.
 * @see https://www.rfc-editor.org/rfc/rfc9211
 */
export function renderKeptStatus<Given extends Answer>(
  answer: Given,
  ttlSeconds: number,
  how: 'hit' | 'shared_hit' | 'stale' | 'stale_if_error',
): Given {
  const detail = how === 'hit' ? '' : `; detail=${how}`;
  return withStatus(answer, `hit; ttl=${Math.floor(ttlSeconds)}${detail}`);
}

/**
 * Says in `Cache-Status` that the products were asked.
 *
 * @param why The cache had no answer, or has no part in this one: a mutation, the schema, a client
 *   that wants nothing kept.
 * @param mayBeKept Whether the products allow the answer to be kept, and nothing is wrong with it.
 */
export function renderMadeStatus<Given extends Answer>(
  answer: Given,
  why: 'miss' | 'bypass',
  mayBeKept: boolean,
): Given {
  return withStatus(answer, `fwd=${why}${mayBeKept ? '; stored' : ''}`);
}

function withStatus<Given extends Answer>(answer: Given, status: string): Given {
  return { ...answer, headers: { ...answer.headers, 'cache-status': `meshgate; ${status}` } };
}
