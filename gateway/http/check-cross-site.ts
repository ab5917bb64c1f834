import type { IncomingHttpHeaders } from 'node:http';

/** Headers that no web page can send to a foreign origin without asking first by a preflight. */
const PREFLIGHT_PROOFS = ['x-meshgate-csrf', 'apollo-require-preflight'] as const;

/**
 * Tells a request that a foreign web page made a browser send (CSRF).
 *
 * Browsers say where a request comes from in `sec-fetch-site`, which pages
 * cannot forge; older ones in `origin`. A client that sends neither is no browser
 * at the mercy of a page, and is let through. A simple form post never gets
 * further than its content type.
 *
 * @param origins Origins whose pages may call `/graphql`.
 * @param needsProof Whether a request that says nothing of where it comes from is refused too: its
 *   credentials are a cookie, which old browsers send along without a word.
 * @returns What is wrong with the request, or null when nothing is.
 * @see https://www.w3.org/TR/fetch-metadata/#sec-fetch-site-header
 */
export function checkCrossSite(
  headers: IncomingHttpHeaders,
  origins: readonly string[],
  needsProof = false,
): string | null {
  const { origin, host, 'sec-fetch-site': site } = headers;
  if (origin !== undefined && origins.includes(origin)) return null;
  if (PREFLIGHT_PROOFS.some((name) => headers[name])) return null;
  if (site !== undefined) {
    if (site === 'same-origin' || site === 'none') return null;
    return `Expected a request from this origin, from an approved one or with the header x-meshgate-csrf, given a ${site} request of a browser.`;
  }
  if (origin === undefined && needsProof) {
    return 'Expected the header x-meshgate-csrf, or one that says where the request comes from, as its token is in a cookie, given neither.';
  }
  if (origin === undefined || isSameHost(origin, host)) return null;
  return 'Expected a request from this origin, from an approved one or with the header x-meshgate-csrf, given one from another origin.';
}

/** Schemes are not compared: behind a proxy that ends TLS this server does not know its own. */
function isSameHost(origin: string, host: string | undefined): boolean {
  return host !== undefined && URL.canParse(origin) && new URL(origin).host === host;
}
