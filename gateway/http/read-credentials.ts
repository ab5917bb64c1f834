import type { IncomingHttpHeaders } from 'node:http';

/** Where the credentials of a request come from. */
export interface IncomingCredentials {
  /** In the form of an `authorization` header. */
  readonly authorization: string;
  /** Whether a browser sent them by itself, on behalf of whatever page. */
  readonly fromCookie: boolean;
}

/**
 * Finds the credentials of a request: the `authorization` header, otherwise a cookie.
 *
 * A cookie that comes twice is no token: a neighbouring host may have set the second one.
 *
 * @param cookie Name of the cookie; null looks at none.
 * @returns Null when there are none.
 * @see https://www.rfc-editor.org/rfc/rfc6265#section-5.4
 */
export function readCredentials(
  headers: IncomingHttpHeaders,
  cookie: string | null,
): IncomingCredentials | null {
  const { authorization } = headers;
  if (authorization !== undefined) return { authorization, fromCookie: false };
  if (cookie === null || headers.cookie === undefined) return null;

  const values = headers.cookie
    .split(';')
    .map((pair) => pair.trim())
    .filter((pair) => pair.startsWith(`${cookie}=`))
    .map((pair) => pair.slice(cookie.length + 1));
  if (values.length === 0) return null;
  const [token] = values.length === 1 ? values : [''];
  return { authorization: `Bearer ${token}`, fromCookie: true };
}
