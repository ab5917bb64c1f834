/** What a request says about caches in its own `Cache-Control`. */
export interface RequestWish {
  /** Whether a kept answer will do. */
  readonly takesKept: boolean;
  /** Whether what is made may be kept; where it may not, no kept answer is taken either. */
  readonly mayKeep: boolean;
}

const NO_WISH: RequestWish = { takesKept: true, mayKeep: true };

/**
 * Reads what a client wants of caches: `no-cache` and `max-age=0` want a new answer, `no-store` one
 * that is not kept. All else counts for nothing.
 *
 * @param header Undefined where there is none.
 * @see https://www.rfc-editor.org/rfc/rfc9111#section-5.2.1
 */
export function readRequestWish(header: string | undefined): RequestWish {
  if (header === undefined) return NO_WISH;
  const directives = header
    .toLowerCase()
    .split(',', DIRECTIVES_READ)
    .map((one) => one.trim());
  const mayKeep = !directives.includes('no-store');
  const wantsNew = directives.some(
    (one) => one === 'no-cache' || /^max-age\s*=\s*"?0+"?$/.test(one),
  );
  return { takesKept: mayKeep && !wantsNew, mayKeep };
}

/** More than clients send. */
const DIRECTIVES_READ = 20;
