import { MeshgateError } from '../../shared/errors/meshgate-error.ts';

/** Longest identifier, in characters; digests have 64. */
const LONGEST_ID = 512;

/** Where identifiers stand in a request. */
export interface DocumentIdPlaces {
  /** GraphQL over HTTP, Appendix A. */
  readonly documentId?: unknown;
  /** Relay's name for it. */
  readonly doc_id?: unknown;
}

/**
 * Reads the identifier of a persisted document, from one of the places where clients put it.
 *
 * @param extensions Where `persistedQuery` may stand, as Apollo's clients send it.
 * @returns Null for a request without one; a SHA-256 without its prefix `sha256:`.
 * @throws {MeshgateError} `REQUEST_MALFORMED`, saying what was expected and what was given.
 * @see https://github.com/graphql/graphql-over-http/blob/main/spec/Appendix%20A%20--%20Persisted%20Documents.md
 */
export function readDocumentId(
  { documentId, doc_id: relayId }: DocumentIdPlaces,
  extensions: Readonly<Record<string, unknown>> | null,
): string | null {
  const persistedQuery = extensions?.persistedQuery;
  if (isAbsent(persistedQuery) && isAbsent(documentId) && isAbsent(relayId)) return null;
  const ids = [
    isAbsent(persistedQuery) ? null : toHash(persistedQuery),
    toId('documentId', documentId),
    toId('doc_id', relayId),
  ].filter((id) => id !== null);
  const [id = null, other = id] = new Set(ids);
  if (id !== other) throw malformed('one identifier of a document', 'several that differ');
  return id;
}

function toHash(persistedQuery: unknown): string {
  const { version, sha256Hash } = Object(persistedQuery) as Readonly<Record<string, unknown>>;
  if (version !== 1) throw malformed('the version 1 in extensions.persistedQuery', 'another');
  const id = toId('extensions.persistedQuery.sha256Hash', sha256Hash);
  if (id === null) throw malformed('a sha256Hash in extensions.persistedQuery', 'none');
  return id;
}

function toId(name: string, value: unknown): string | null {
  if (isAbsent(value)) return null;
  if (typeof value !== 'string' || value.length > LONGEST_ID) {
    throw malformed(`"${name}" to be a text of 1 to ${LONGEST_ID} characters`, 'something else');
  }
  if (!value.startsWith('sha256:')) return value;
  const digest = value.slice('sha256:'.length);
  if (!/^[\da-f]{64}$/.test(digest)) {
    throw malformed(`64 lower-case hexadecimal digits behind "sha256:" in "${name}"`, 'others');
  }
  return digest;
}

/** An empty text is none, as for the other parameters. */
function isAbsent(value: unknown): boolean {
  return value === undefined || value === null || value === '';
}

function malformed(expected: string, given: string): MeshgateError {
  return new MeshgateError('REQUEST_MALFORMED', {
    message: `Expected ${expected}, given ${given}.`,
  });
}
