import type { Keeping } from '../../cache/answer-lifetime.ts';
import type { KeptAnswer } from '../../cache/answer-store.ts';
import type { Shown } from '../../execution/execution-result.ts';
import type { EdgeAnswer } from '../../http/edge-types.ts';
import { toKeptBody } from '../../response/render-caching.ts';
import type { Executed } from './run-request.ts';

/** An answer as it is kept outside of this process, as plain JSON. */
interface StoredAnswer {
  readonly requestId: string;
  readonly keptAtMs: number;
  readonly keeping: Keeping;
  readonly answer: Omit<EdgeAnswer, 'body' | 'facts'> & { readonly body: string };
  readonly problems: Executed['problems'];
  readonly shown: Executed['shown'];
  readonly subgraphs: readonly string[];
  readonly calls: Executed['calls'];
  readonly tags: readonly string[];
}

/** By how much the clocks of two gateways may differ, in milliseconds. */
const CLOCK_TOLERANCE_MS = 5000;

export function toStoredAnswer({
  value,
  keptAtMs,
  ...keeping
}: KeptAnswer<Executed>): StoredAnswer {
  const { requestId, problems, shown, subgraphs, calls, tags, answer } = value;
  const { status, jsonStatus, bodyDigest, headers, body } = answer;
  const text = typeof body === 'string' ? body : Buffer.from(body).toString('utf8');
  return {
    requestId,
    keptAtMs,
    keeping,
    answer: {
      status,
      jsonStatus,
      body: text,
      ...(bodyDigest === undefined ? {} : { bodyDigest }),
      ...(headers === undefined ? {} : { headers }),
    },
    problems,
    shown,
    subgraphs: [...subgraphs],
    calls,
    tags: [...tags],
  };
}

/**
 * Reads one that `toStoredAnswer` has made in this version.
 *
 * @param nowMs Epoch milliseconds.
 * @returns Null for anything else, and for one from the future: its clock cannot be gone by.
 */
export function fromStoredAnswer(value: unknown, nowMs: number): Executed | null {
  if (!isStoredAnswer(value) || value.keptAtMs > nowMs + CLOCK_TOLERANCE_MS) return null;
  const { requestId, keptAtMs, keeping, problems, shown, answer, subgraphs, calls, tags } = value;
  return {
    requestId,
    keptAtMs,
    keeping,
    answer: { ...answer, ...toKeptBody(answer.body) },
    problems,
    shown,
    subgraphs: new Set(subgraphs),
    calls,
    tags: new Set(tags),
    bytes: 2 * answer.body.length,
    hasData: true,
    hasFailed: false,
  };
}

/** What is not encrypted may come from anybody, so no member is believed to be there. */
function isStoredAnswer(value: unknown): value is StoredAnswer {
  if (typeof value !== 'object' || value === null) return false;
  const { requestId, keptAtMs, keeping, answer, problems, shown, subgraphs, calls, tags } =
    value as StoredAnswer;
  const numbers = [
    keptAtMs,
    keeping?.freshUntilMs,
    keeping?.staleWhileRevalidateUntilMs,
    keeping?.staleIfErrorUntilMs,
    answer?.status,
    answer?.jsonStatus,
  ];
  return (
    typeof requestId === 'string' &&
    typeof keeping?.isShared === 'boolean' &&
    typeof answer?.body === 'string' &&
    isShown(shown) &&
    numbers.every(Number.isFinite) &&
    [problems, subgraphs, tags].every(Array.isArray) &&
    subgraphs.every((one) => typeof one === 'string') &&
    areCalls(calls)
  );
}

/** They become labels of metrics, and are added to what is counted. */
function areCalls(value: unknown): value is StoredAnswer['calls'] {
  return (
    Array.isArray(value) &&
    value.every(
      (one) =>
        isMembers(one) &&
        typeof one.product === 'string' &&
        typeof one.type === 'string' &&
        Number.isSafeInteger(one.count) &&
        Number(one.count) > 0,
    )
  );
}

/** An answer that an older gateway has put there says less of what it shows, and is made anew. */
function isShown(value: unknown): value is Shown {
  if (typeof value !== 'object' || value === null) return false;
  const { values, entities } = value as Shown;
  return (
    isMembers(values) &&
    Object.values(values).every(Number.isSafeInteger) &&
    isMembers(entities) &&
    Object.values(entities).every(isEntityCount)
  );
}

function isMembers(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}

function isEntityCount(value: unknown): boolean {
  if (!isMembers(value)) return false;
  const { count, exact, keys = [] } = value;
  return (
    Number.isSafeInteger(count) &&
    typeof exact === 'boolean' &&
    Array.isArray(keys) &&
    keys.every((key) => typeof key === 'string')
  );
}
