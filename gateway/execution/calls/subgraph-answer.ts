import type { ErrorCode } from '../../../shared/errors/error-catalog.ts';
import type { Lifetime } from '../../cache/read-lifetime.ts';
import { isJsonObject, type JsonObject } from '../json.ts';

/** One error as a subgraph reported it. */
export interface SubgraphError {
  readonly message: string;
  readonly path: readonly (string | number)[] | null;
  readonly extensions: Readonly<JsonObject>;
}

/** Why there is no answer, in words for the client. */
export interface FailedAnswer {
  readonly ok: false;
  readonly code: ErrorCode;
  readonly message: string;
}

/** A GraphQL answer; it may hold errors all the same. */
export interface GivenAnswer {
  readonly ok: true;
  readonly data: JsonObject | null;
  readonly errors: readonly SubgraphError[];
  /** The body that it was read from, where there was one. */
  readonly bytes?: Buffer;
}

/** What became of one call: a GraphQL answer, or the reason why there is none. */
export type SubgraphAnswer = GivenAnswer | FailedAnswer;

/** One call to a subgraph. */
export interface SubgraphCall {
  readonly subgraph: string;
  /** JSON text of the GraphQL request. */
  readonly body: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Where in the answer the data goes, with `@` for a list; of a merged call the first such place. */
  readonly path?: readonly string[];
  /** What an equal call was answered, with its bytes; given again when the same bytes come. */
  readonly known?: GivenAnswer | undefined;
}

/**
 * Why a call is not waited for any longer: the time of the whole request is over, or nobody wants
 * the answer, because the client is gone.
 */
export type GivingUp = 'late' | 'unwanted';

/** A call that runs; aborting it is allowed at any time and leads to an answer all the same. */
export interface RunningCall {
  readonly answer: Promise<SubgraphAnswer>;
  /**
   * What the headers of the response say of keeping it, once `answer` is there; absent for nothing.
   * Not a part of the answer: the same bytes may come with other headers.
   */
  readonly lifetime?: Lifetime | undefined;
  abort(why: GivingUp): void;
}

export type CallSubgraph = (call: SubgraphCall) => RunningCall;

/**
 * Reads the body of a subgraph's HTTP response, unless it is one that is known.
 *
 * @param chunks The body as it came.
 * @param known An answer that came with status 200.
 * @returns `known` itself when the bytes are those it was read from.
 */
export function readAnswerBytes(
  subgraph: string,
  status: number,
  chunks: readonly Buffer[],
  known: GivenAnswer | undefined,
): SubgraphAnswer {
  if (known?.bytes !== undefined && status === 200 && consistsOf(known.bytes, chunks)) return known;
  const [only] = chunks;
  const bytes = chunks.length === 1 && only !== undefined ? only : Buffer.concat(chunks);
  const answer = readSubgraphAnswer(subgraph, status, bytes.toString('utf8'));
  return answer.ok && status === 200 ? { ...answer, bytes } : answer;
}

function consistsOf(bytes: Buffer, chunks: readonly Buffer[]): boolean {
  let start = 0;
  for (const chunk of chunks) {
    const end = start + chunk.length;
    if (end > bytes.length || bytes.compare(chunk, 0, chunk.length, start, end) !== 0) return false;
    start = end;
  }
  return start === bytes.length;
}

/**
 * Reads the text of a subgraph's HTTP response.
 *
 * A GraphQL answer counts whatever the status: servers report request errors with
 * 400 or 500 and a well-formed body. Without such a body the status says whether
 * the call was refused (401, 403), the product is away (429, 502 to 504), or what
 * came back is not GraphQL at all.
 *
 * @see https://graphql.github.io/graphql-over-http/draft/#sec-Status-Codes
 */
function readSubgraphAnswer(subgraph: string, status: number, body: string): SubgraphAnswer {
  let parsed: unknown;
  try {
    parsed = JSON.parse(body);
  } catch {
    parsed = undefined;
  }
  if (isJsonObject(parsed) && isGraphqlAnswer(parsed)) {
    const refused = (status === 401 || status === 403) && !isJsonObject(parsed.data);
    return refused ? refusal(subgraph, status) : toAnswer(parsed);
  }
  if (status === 401 || status === 403) return refusal(subgraph, status);
  if (status === 429 || (status >= 502 && status <= 504)) {
    return {
      ok: false,
      code: 'SUBGRAPH_UNREACHABLE',
      message: `The data product "${subgraph}" is not available (HTTP ${status}); try again later.`,
    };
  }
  return {
    ok: false,
    code: 'SUBGRAPH_RESPONSE_INVALID',
    message: `The data product "${subgraph}" answered HTTP ${status} with a body that is not a GraphQL response.`,
  };
}

function refusal(subgraph: string, status: number): SubgraphAnswer {
  return {
    ok: false,
    code: 'SUBGRAPH_REFUSED',
    message: `The data product "${subgraph}" refused the call of the gateway (HTTP ${status}).`,
  };
}

function isGraphqlAnswer(body: JsonObject): boolean {
  return (
    (isJsonObject(body.data) || body.data === null || Array.isArray(body.errors)) &&
    (body.errors === undefined || Array.isArray(body.errors))
  );
}

function toAnswer(body: JsonObject): SubgraphAnswer {
  const errors = Array.isArray(body.errors) ? body.errors.map(toSubgraphError) : [];
  return { ok: true, data: isJsonObject(body.data) ? body.data : null, errors };
}

function toSubgraphError(error: unknown): SubgraphError {
  const given = isJsonObject(error) ? error : {};
  return {
    message: typeof given.message === 'string' ? given.message : 'The error has no message.',
    path: Array.isArray(given.path) ? given.path.filter(isPathSegment) : null,
    extensions: isJsonObject(given.extensions) ? given.extensions : {},
  };
}

function isPathSegment(segment: unknown): segment is string | number {
  return typeof segment === 'string' || typeof segment === 'number';
}
