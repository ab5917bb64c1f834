import { ERROR_CATALOG, type ErrorCode } from '../../shared/errors/error-catalog.ts';
import type { Problem } from '../../shared/errors/problem.ts';
import { type ErrorDisclosure, formatProblem } from './format-problem.ts';

/** A GraphQL response as text, with the HTTP status for either media type. */
export interface RenderedAnswer {
  /** Status under `application/graphql-response+json`. */
  readonly status: number;
  /** Status under `application/json`, where a well-formed request is answered with 200. */
  readonly jsonStatus: number;
  readonly body: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/**
 * Renders the answer to an operation that was run, or refused before.
 *
 * @param dataText The data as JSON. Undefined when nothing was run: the answer then has no `data`
 *   at all.
 * @see https://graphql.github.io/graphql-over-http/draft/#sec-Status-Codes
 */
export function renderAnswer(
  dataText: string | undefined,
  problems: readonly Problem[],
  disclosure: ErrorDisclosure,
): RenderedAnswer {
  if (problems.length === 0 && disclosure.access === undefined) {
    return { status: 200, jsonStatus: 200, body: `{"data":${dataText ?? 'null'}}` };
  }
  const { errors, apart } = placeProblems(problems, disclosure);
  const extensions = [
    ...(apart.length === 0 ? [] : [`"authorizationErrors":${formatAll(apart, disclosure)}`]),
    ...(disclosure.access === undefined ? [] : [`"access":${disclosure.access}`]),
  ];
  const members = [
    ...(errors.length === 0 ? [] : [`"errors":${formatAll(errors, disclosure)}`]),
    ...(dataText === undefined ? [] : [`"data":${dataText}`]),
    ...(extensions.length === 0 ? [] : [`"extensions":{${extensions.join(',')}}`]),
  ];
  const body = `{${members.join(',')}}`;
  if (dataText !== undefined) return { status: 200, jsonStatus: 200, body };
  const status = statusOf(problems);
  return { status, jsonStatus: IN_JSON.has(status) ? status : 200, body };
}

/**
 * Adds an extension to an answer that was rendered before from the same problems.
 *
 * @param json Of the extension.
 * @returns Without what lets others keep the answer: it is for this request alone.
 */
export function renderExtension(
  { body, headers = {} }: Pick<CacheableAnswer, 'body' | 'headers'>,
  problems: readonly Problem[],
  disclosure: ErrorDisclosure,
  { name, json }: { readonly name: string; readonly json: string },
): CacheableAnswer {
  const text = typeof body === 'string' ? body : Buffer.from(body).toString('utf8');
  const member = `${JSON.stringify(name)}:${json}`;
  const hasExtensions =
    disclosure.access !== undefined || placeProblems(problems, disclosure).apart.length > 0;
  // They are the last member.
  const extended = hasExtensions
    ? `${text.slice(0, -2)},${member}}}`
    : `${text.slice(0, -1)},"extensions":{${member}}}`;
  const { 'cache-control': _, 'surrogate-key': __, ...others } = headers;
  return { body: extended, headers: others, bodyDigest: undefined, ageSeconds: undefined };
}

/** What of an answer says what may become of it. */
interface CacheableAnswer {
  readonly body: string | Uint8Array;
  readonly headers?: Readonly<Record<string, string>> | undefined;
  readonly bodyDigest?: string | undefined;
  readonly ageSeconds?: number | undefined;
}

const REFUSALS: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  'UNAUTHORIZED_FIELD_OR_TYPE',
  'CLASSIFIED_INPUT_REFUSED',
]);

/** Takes out the refusals of single paths where they do not stand among the errors. */
function placeProblems(
  problems: readonly Problem[],
  { refusals }: ErrorDisclosure,
): { readonly errors: readonly Problem[]; readonly apart: readonly Problem[] } {
  if (refusals === 'errors') return { errors: problems, apart: [] };
  const isRefusal = ({ code, product, path }: Problem) =>
    REFUSALS.has(code) && product === undefined && path !== undefined;
  return {
    errors: problems.filter((problem) => !isRefusal(problem)),
    apart: refusals === 'extensions' ? problems.filter(isRefusal) : [],
  };
}

function formatAll(problems: readonly Problem[], disclosure: ErrorDisclosure): string {
  return JSON.stringify(problems.map((problem) => formatProblem(problem, disclosure)));
}

/** Refusals that are not about GraphQL keep their status under either media type. */
const IN_JSON = new Set([401, 403, 405, 429, 500, 503]);

/** Renders a request that was refused as a whole. */
export function renderRefusal(
  code: ErrorCode,
  message: string = ERROR_CATALOG[code].summary,
  headers: Readonly<Record<string, string>> = {},
): RenderedAnswer {
  const rendered = renderAnswer(undefined, [{ code, message }], {
    passSubgraphErrors: false,
    refusals: 'errors',
  });
  return { ...rendered, headers };
}

function statusOf(problems: readonly Problem[]): number {
  const [first] = problems;
  return first === undefined ? 500 : ERROR_CATALOG[first.code].status;
}
