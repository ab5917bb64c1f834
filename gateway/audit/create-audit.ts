import type { Principal } from '../identity/principal.ts';
import type { PreparedOperation } from '../operation/prepare-operation.ts';
import type { GrantedAccess } from '../policy/grants/granted-access.ts';
import {
  type AuditEffect,
  type AuditOutcome,
  type AuditRecord,
  RECORD_FORM,
} from './audit-record.ts';
import { type EntityKeyForm, toStorable } from './entity-key-form.ts';
import { type OperationFacts, toOperationFacts } from './operation-facts.ts';

/** What one request brings to its record. */
export interface AuditedRequest {
  readonly requestId: string;
  /** Text of the document. */
  readonly query: string;
  readonly principal: Principal;
  readonly purpose: string | null;
  readonly grants: GrantedAccess | null;
  /** Of the Cedar policies by which it was decided. */
  readonly policyVersion: string;
}

/** How an operation that was run ended. */
export interface AuditedAnswer {
  /** False where nothing was run. */
  readonly hasData: boolean;
  readonly problems: readonly { readonly code: string }[];
  readonly shown: AuditedValues;
}

/** By coordinate, absent for none: what an answer showed. */
export interface AuditedValues {
  readonly values: AuditRecord['shown'];
  readonly entities: AuditRecord['entities'];
}

/** The stage that sees to it that whoever sees classified data, or is refused it, is on record. */
export interface Audit {
  /** Tells whether an operation may not be run now, because nobody could tell afterwards that it was. */
  mustRefuse(prepared: PreparedOperation, request: AuditedRequest): boolean;
  /**
   * Puts what was answered on record, if it touches something classified. Never waits.
   *
   * @param answer Null where the operation was refused as a whole.
   */
  record(prepared: PreparedOperation, request: AuditedRequest, answer: AuditedAnswer | null): void;
}

/** One record before it is spelled out: what a request adds to the queue. */
export interface PendingRecord {
  /** Effects and keys that it names. */
  readonly weight: number;
  readonly atMs: number;
  readonly request: Omit<AuditedRequest, 'query'>;
  readonly prepared: PreparedOperation;
  readonly facts: OperationFacts;
  readonly outcome: AuditOutcome;
  readonly shown: AuditedValues;
  /** Whether a variable gave what the caller may not give. */
  readonly gaveGuarded: boolean;
}

export interface AuditDoors {
  readonly queue: {
    readonly isFull: boolean;
    readonly isOverdue: boolean;
    add(record: PendingRecord): void;
  };
  /** What happens to operations on classified data while the queue is full or overdue. */
  readonly whenFull: 'refuse' | 'serve';
  /** A record found no place. */
  readonly onDropped: (record: PendingRecord) => void;
  /** Epoch milliseconds. */
  readonly now: () => number;
}

const NOTHING: AuditedValues = { values: {}, entities: {} };

const GUARDED = 'CLASSIFIED_INPUT_REFUSED';

/**
 * Creates the stage. What a record says of the operation and the caller's rights is found once for each
 * prepared operation. Where operations are refused while the queue is full or overdue, those that were begun
 * before are recorded all the same, so the queue may grow by as many as run at once.
 */
export function createAudit({ queue, whenFull, onDropped, now }: AuditDoors): Audit {
  const known = new WeakMap<PreparedOperation, { readonly facts: OperationFacts | null }>();
  const factsOf = (prepared: PreparedOperation, query: string): OperationFacts | null => {
    let found = known.get(prepared);
    if (found === undefined) {
      found = { facts: toOperationFacts(prepared, query) };
      known.set(prepared, found);
    }
    return found.facts;
  };

  return {
    mustRefuse: (prepared, { query }) =>
      whenFull === 'refuse' &&
      (queue.isFull || queue.isOverdue) &&
      factsOf(prepared, query) !== null,
    record(prepared, { query, ...request }, answer) {
      const facts = factsOf(prepared, query);
      if (facts === null) return;
      const gaveGuarded = answer?.problems.some(({ code }) => code === GUARDED) ?? false;
      const outcome = gaveGuarded ? 'refused' : toOutcome(facts, answer);
      if (outcome === null) return;
      const shown = outcome === 'refused' ? NOTHING : (answer?.shown ?? NOTHING);
      const ended = { outcome, shown, gaveGuarded };
      const weight = facts.weight + countKeys(shown);
      const record = { weight, atMs: now(), request, prepared, facts, ...ended };
      if (whenFull === 'serve' && queue.isFull) onDropped(record);
      else queue.add(record);
    },
  };
}

/** @returns Null where nothing classified was shown or refused. */
function toOutcome({ weight }: OperationFacts, answer: AuditedAnswer | null): AuditOutcome | null {
  if (weight === 0) return null;
  if (answer === null) return 'refused';
  // Variables that do not fit have shown nothing, and nobody was refused anything.
  if (!answer.hasData) return null;
  return answer.problems.length > 0 ? 'partial' : 'ok';
}

function countKeys({ entities }: AuditedValues): number {
  let count = 0;
  for (const coordinate in entities) count += entities[coordinate]?.keys?.length ?? 0;
  return count;
}

/**
 * Spells a record out.
 *
 * @param keyForm How it names entities; null where it names none.
 */
export function toAuditRecord(
  pending: PendingRecord,
  keyForm: EntityKeyForm | null = null,
): AuditRecord {
  const { request, prepared, facts, outcome, shown, gaveGuarded } = pending;
  const { requestId, principal, purpose, grants, policyVersion } = request;
  const effects = gaveGuarded ? { ...facts.effects, ...facts.guarded } : facts.effects;
  return {
    form: RECORD_FORM,
    at: new Date(pending.atMs).toISOString(),
    requestId: toStorable(requestId),
    issuer: principal.issuer === null ? null : toStorable(principal.issuer),
    subject: principal.subject === null ? null : toStorable(principal.subject),
    clientKind: principal.kind,
    purpose: purpose === null ? null : toStorable(purpose),
    operation: facts.operation,
    products: facts.products,
    effects,
    shown: shown.values,
    entities: toEntities(shown.entities, keyForm),
    entityKeys: keyForm?.name ?? 'none',
    grants: grants?.idsFor(prepared.parsed.mentioned.elements ?? []) ?? [],
    decision: toDecision(Object.values(effects)),
    outcome,
    rulesVersion: facts.rulesVersion,
    policyVersion,
    shape: facts.shape,
  };
}

function toEntities(
  entities: AuditRecord['entities'],
  keyForm: EntityKeyForm | null,
): AuditRecord['entities'] {
  const kept = new Map<string, string | null>();
  return Object.fromEntries(
    Object.entries(entities).map(([coordinate, { count, exact, keys = [] }]) => {
      if (keyForm === null) return [coordinate, { count, exact }];
      // The fields of one entity have one key.
      for (const key of keys) if (!kept.has(key)) kept.set(key, keyForm.toKept(key));
      const told = keys.map((key) => kept.get(key) ?? null).filter((key) => key !== null);
      const own = { count, exact, keys: told };
      return [coordinate, told.length === count ? own : { ...own, more: true as const }];
    }),
  );
}

function toDecision(effects: readonly AuditEffect[]): AuditRecord['decision'] {
  if (effects.some((effect) => effect.startsWith('denied:'))) return 'denied';
  return effects.some((effect) => effect.startsWith('masked:')) ? 'masked' : 'allowed';
}
