/**
 * Which document a request means.
 *
 * A text is what it is; an identifier stands for a text of the operation list, or for one that a
 * client has registered under its SHA-256 (automatic persisted queries). A text that comes with an
 * identifier must be the one that it stands for.
 *
 * @see https://www.apollographql.com/docs/apollo-server/performance/apq
 * @see https://github.com/graphql/graphql-over-http/blob/main/spec/Appendix%20A%20--%20Persisted%20Documents.md
 * @module
 */
import type { ErrorCode } from '../../shared/errors/error-catalog.ts';
import type { Problem } from '../../shared/errors/problem.ts';
import type {
  AskedDocument,
  DocumentObserver,
  DocumentOutcome,
  SharedDocuments,
} from './document-doors.ts';
import type { LiveOperationList } from './live-operation-list.ts';
import type { RegisteredDocuments } from './registered-documents.ts';
import { sha256Of } from './sha256-of.ts';

/** A list that documents are looked up in. */
export interface ListRules {
  readonly live: LiveOperationList;
  /** Whether nothing else is answered. */
  readonly isOnly: boolean;
  /** Whether a text alone is refused, also one that is in the list; of effect with `isOnly`. */
  readonly requiresId: boolean;
}

export interface ResolveDoors {
  /** Null without a list. */
  readonly list: ListRules | null;
  /** Null where clients register nothing; always null where nothing but the list is answered. */
  readonly registered: RegisteredDocuments | null;
  /** Null keeps registered documents in this process. */
  readonly shared: SharedDocuments | null;
  readonly observer: DocumentObserver;
}

export type ResolvedDocument =
  | {
      readonly ok: true;
      readonly text: string;
      /** Called when the document has turned out to be valid; null where nothing is to be registered. */
      readonly register: (() => void) | null;
    }
  | { readonly ok: false; readonly problem: Problem };

/** Only a look into the store that gateways share is waited for. Never rejects. */
export type ResolveDocument = (
  asked: AskedDocument,
) => ResolvedDocument | Promise<ResolvedDocument>;

/** Creates a `ResolveDocument`. */
export function createResolveDocument(doors: ResolveDoors): ResolveDocument {
  const resolver = new DocumentResolver(doors);
  return (asked) => resolver.resolve(asked);
}

const SHA256 = /^[\da-f]{64}$/;

class DocumentResolver {
  readonly #doors: ResolveDoors;
  /** Looks into the shared store that are under way, by hash. */
  readonly #flights = new Map<string, Promise<string | null>>();

  constructor(doors: ResolveDoors) {
    this.#doors = doors;
  }

  resolve(asked: AskedDocument): ResolvedDocument | Promise<ResolvedDocument> {
    const { text, id } = asked;
    const { list, registered } = this.#doors;
    if (id === null) return this.#byText(asked, text ?? '');
    if (list === null && registered === null) return this.#refuse('unsupported');
    return text === null ? this.#byId(asked, id) : this.#byBoth(asked, id, text);
  }

  #byText(asked: AskedDocument, text: string): ResolvedDocument {
    const { list } = this.#doors;
    if (list === null) return accept(text);
    if (list.isOnly && list.requiresId) return this.#refuse('id_required');
    return this.#look(asked, text, list);
  }

  #byBoth(asked: AskedDocument, id: string, text: string): ResolvedDocument {
    const { list, registered } = this.#doors;
    const operations = list?.live.current;
    const meant = operations?.byId(id, asked.client);
    if (meant !== undefined && operations?.isText(meant, text)) return this.#listed(meant.body);
    if (meant !== undefined || id !== sha256Of(text)) return this.#refuse('mismatched');
    if (list?.isOnly && list.requiresId) return this.#refuse('refused', NOT_IN_LIST);
    const found = list === null ? accept(text) : this.#look(asked, text, list);
    if (registered === null || !found.ok) return found;
    // What the list means by the text is another text; the hash is that of the one that was sent.
    return { ...found, register: () => this.#register(asked, id, text, registered) };
  }

  #byId(asked: AskedDocument, id: string): ResolvedDocument | Promise<ResolvedDocument> {
    const { list, registered, shared } = this.#doors;
    const listed = list?.live.current.byId(id, asked.client);
    if (listed !== undefined) return this.#listed(listed.body);
    if (list?.isOnly) return this.#refuse('refused', NOT_IN_LIST);
    const known = registered?.find(id);
    if (known !== undefined) return this.#found('found', known);
    if (registered === null || shared === null || !SHA256.test(id))
      return this.#refuse('not_found');
    return this.#findShared(id, shared).then((text) => {
      if (text === null) return this.#refuse('not_found');
      registered.keep(id, text, asked.owner());
      return this.#found('found_shared', text);
    });
  }

  #look(
    asked: AskedDocument,
    text: string,
    { live: { current }, isOnly }: ListRules,
  ): ResolvedDocument {
    const { observer } = this.#doors;
    const isNew = !current.remembers(text);
    const listed = current.byText(text);
    if (listed !== undefined) return this.#listed(listed.body);
    if (isNew) observer.unlisted(asked, isOnly);
    return isOnly ? this.#refuse('refused') : this.#found('unlisted', text);
  }

  /** What others have put there is believed where it is what the hash says. */
  #findShared(hash: string, shared: SharedDocuments): Promise<string | null> {
    const known = this.#flights.get(hash);
    if (known !== undefined) return known;
    const flight = shared
      .find(hash)
      .then((text) => (text !== null && sha256Of(text) === hash ? text : null))
      .finally(() => this.#flights.delete(hash));
    this.#flights.set(hash, flight);
    return flight;
  }

  #register(asked: AskedDocument, hash: string, text: string, registered: RegisteredDocuments) {
    const { shared, observer } = this.#doors;
    const isKept = registered.keep(hash, text, asked.owner());
    observer.outcome(isKept ? 'registered' : 'too_large');
    // Always: another gateway may have said that it does not know it.
    if (isKept) shared?.keep(hash, text);
  }

  #listed(text: string): ResolvedDocument {
    return this.#found('listed', text);
  }

  #found(outcome: DocumentOutcome, text: string): ResolvedDocument {
    this.#doors.observer.outcome(outcome);
    return accept(text);
  }

  #refuse(outcome: keyof typeof REFUSALS, problem: Problem = REFUSALS[outcome]): ResolvedDocument {
    this.#doors.observer.outcome(outcome);
    return { ok: false, problem };
  }
}

function accept(text: string): ResolvedDocument {
  return { ok: true, text, register: null };
}

const toProblem = (code: ErrorCode, message: string): Problem => ({ code, message });

const NOT_IN_LIST = toProblem(
  'PERSISTED_QUERY_NOT_IN_LIST',
  'Expected the identifier of an operation that this gateway has on its list, given another; have the operation put on the list.',
);

/** The first two messages are those of the protocol: clients look for them. */
const REFUSALS = {
  not_found: toProblem('PERSISTED_QUERY_NOT_FOUND', 'PersistedQueryNotFound'),
  unsupported: toProblem('PERSISTED_QUERY_NOT_SUPPORTED', 'PersistedQueryNotSupported'),
  mismatched: toProblem(
    'PERSISTED_QUERY_HASH_MISMATCH',
    'Expected a document with its own identifier, the SHA-256 of its text in UTF-8 or what the list has, given the identifier of another text; send either.',
  ),
  refused: toProblem(
    'QUERY_NOT_IN_SAFELIST',
    'Expected a document that this gateway has on its list, given another; have it put on the list.',
  ),
  id_required: toProblem(
    'PERSISTED_QUERY_ID_REQUIRED',
    'Expected the identifier of an operation, given its text; send extensions.persistedQuery.sha256Hash or documentId.',
  ),
} as const;
