import { sha256Of } from './sha256-of.ts';

/** One operation that operators have put on the list. */
export interface ListedOperation {
  /** A SHA-256 in hexadecimal digits, or whatever the build of the client has made. */
  readonly id: string;
  readonly body: string;
  /** Null where the manifest does not say. */
  readonly name: string | null;
  /** The only application whose identifier it is; null for all. */
  readonly client: string | null;
}

export type ManifestOutcome =
  | { readonly ok: true; readonly operations: readonly ListedOperation[] }
  /** At most ten, each with the place in the file, what was expected and what was found. */
  | { readonly ok: false; readonly problems: readonly string[] };

/** Characters; a few times what the largest applications have. */
const LONGEST_FILE = 64 * 1024 * 1024;
const MOST_OPERATIONS = 100_000;
const LONGEST_ID = 512;
const LONGEST_BODY = 1024 * 1024;
const PROBLEMS_REPORTED = 10;

const APOLLO_FORMAT = 'apollo-persisted-query-manifest';
const KINDS: readonly unknown[] = ['query', 'mutation', 'subscription'];

type JsonObject = Readonly<Record<string, unknown>>;

/**
 * Reads a persisted operation manifest, of Apollo (`format` says so) or of Relay (an object of texts
 * by identifier).
 *
 * An identifier `sha256:…` must be the digest of its text; any other is taken as it is. An identifier
 * that stands there twice must mean one text.
 *
 * @see https://www.apollographql.com/docs/graphos/platform/security/persisted-queries#manifest-format
 * @see https://relay.dev/docs/guides/persisted-queries/
 */
export function parseManifest(text: string): ManifestOutcome {
  if (text.length > LONGEST_FILE) {
    return refuse(`expected at most ${LONGEST_FILE} characters, but found ${text.length}`);
  }
  let manifest: unknown;
  try {
    manifest = JSON.parse(text);
  } catch {
    return refuse('expected JSON, but found a text that is not');
  }
  if (!isObject(manifest)) {
    return refuse(`expected an object, but found ${nameKind(manifest)}`);
  }
  const found =
    'format' in manifest && 'operations' in manifest
      ? readApolloManifest(manifest)
      : readRelayManifest(manifest);
  if (!found.ok) return found;
  return checkTogether(found.operations);
}

function readApolloManifest({ format, version, operations }: JsonObject): ManifestOutcome {
  if (format !== APOLLO_FORMAT) {
    return refuse(`format: expected "${APOLLO_FORMAT}", but found ${quote(format)}`);
  }
  if (version !== 1) return refuse(`version: expected 1, but found ${quote(version)}`);
  if (!Array.isArray(operations)) {
    return refuse(`operations: expected a list, but found ${nameKind(operations)}`);
  }
  if (operations.length > MOST_OPERATIONS) return refuse(tooMany(operations.length));
  const problems: string[] = [];
  const listed: ListedOperation[] = [];
  for (const [index, operation] of operations.entries()) {
    const place = `operations[${index}]`;
    if (!isObject(operation)) {
      problems.push(`${place}: expected an object, but found ${nameKind(operation)}`);
      continue;
    }
    const { id, body, name, type, clientName = null } = operation;
    const wrong = [
      checkText(`${place}.id`, id, LONGEST_ID),
      checkText(`${place}.body`, body, LONGEST_BODY),
      checkText(`${place}.name`, name, LONGEST_ID),
      KINDS.includes(type) ? null : `${place}.type: expected query, mutation or subscription`,
      clientName === null ? null : checkText(`${place}.clientName`, clientName, LONGEST_ID),
    ].filter((problem) => problem !== null);
    problems.push(...wrong);
    if (wrong.length > 0) continue;
    const client = clientName as string | null;
    listed.push({ id: id as string, body: body as string, name: name as string, client });
  }
  return toOutcome(problems, listed);
}

function readRelayManifest(manifest: JsonObject): ManifestOutcome {
  const entries = Object.entries(manifest);
  if (entries.length > MOST_OPERATIONS) return refuse(tooMany(entries.length));
  const problems: string[] = [];
  const listed: ListedOperation[] = [];
  for (const [id, body] of entries) {
    const wrong =
      checkText('an identifier', id, LONGEST_ID) ?? checkText(quote(id), body, LONGEST_BODY);
    if (wrong === null) listed.push({ id, body: body as string, name: null, client: null });
    else problems.push(wrong);
  }
  return toOutcome(problems, listed);
}

/** Takes the prefix off digests, and looks whether identifiers mean one text each. */
function checkTogether(operations: readonly ListedOperation[]): ManifestOutcome {
  const problems: string[] = [];
  const known = new Map<string, ListedOperation>();
  for (const operation of operations) {
    const [, digest] = /^sha256:(.*)$/s.exec(operation.id) ?? [];
    if (digest !== undefined && digest !== sha256Of(operation.body)) {
      problems.push(`${quote(operation.id)}: expected the SHA-256 of its text, but found another`);
    }
    const plain = digest === undefined ? operation : { ...operation, id: digest };
    const key = toListKey(plain.id, plain.client);
    const other = known.get(key);
    if (other !== undefined && other.body !== plain.body) {
      problems.push(`${quote(operation.id)}: expected one text, but found two`);
    }
    known.set(key, plain);
  }
  return toOutcome(problems, [...known.values()]);
}

/** What a client means by an identifier, or what all do. */
export function toListKey(id: string, client: string | null): string {
  return JSON.stringify([id, client]);
}

function toOutcome(
  problems: readonly string[],
  operations: readonly ListedOperation[],
): ManifestOutcome {
  if (problems.length > 0) return { ok: false, problems: problems.slice(0, PROBLEMS_REPORTED) };
  return { ok: true, operations };
}

function checkText(place: string, value: unknown, longest: number): string | null {
  if (typeof value === 'string' && value.length > 0 && value.length <= longest) return null;
  const found = typeof value === 'string' ? `${value.length}` : nameKind(value);
  return `${place}: expected a text of 1 to ${longest} characters, but found ${found}`;
}

function tooMany(count: number): string {
  return `expected at most ${MOST_OPERATIONS} operations, but found ${count}`;
}

function refuse(problem: string): ManifestOutcome {
  return { ok: false, problems: [problem] };
}

function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function nameKind(value: unknown): string {
  if (value === undefined) return 'nothing';
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'a list';
  return typeof value === 'object' ? 'an object' : `a ${typeof value}`;
}

function quote(value: unknown): string {
  return JSON.stringify(value)?.slice(0, 100) ?? 'nothing';
}
