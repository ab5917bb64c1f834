/**
 * Operation preparation: from document text to something executable.
 *
 * Work that depends only on the document, the supergraph and the authorization
 * shape of the caller happens here, once, and is remembered. Work that depends
 * on the values of variables happens later, in `execution/`. Keeping that line
 * sharp is what lets a warm request skip parsing, validation, authorization and
 * planning altogether.
 *
 * This room does no I/O and reads no clock.
 *
 * @module
 */
import type { PlanNode } from '@apollo/query-planner';
import { ERROR_CATALOG } from '../../shared/errors/error-catalog.ts';
import { MeshgateError } from '../../shared/errors/meshgate-error.ts';
import type { Problem } from '../../shared/errors/problem.ts';
import { toAuthorizationShape } from '../policy/authorization-shape.ts';
import type { Rights } from '../policy/requirement.ts';
import type { SupergraphSnapshot } from '../supergraph/supergraph-snapshot.ts';
import { type AuthorizedSelections, authorizeSelections } from './authorize-selections.ts';
import { estimatePlanBytes } from './estimate-bytes.ts';
import {
  type MemoryUse,
  type OperationInUse,
  OperationMemory,
  type RememberedOperation,
  toRememberedOperation,
} from './operation-memory.ts';
import {
  type ParsedOperation,
  type PreparationSettings,
  parseOperation,
} from './parse-operation.ts';
import { type PlanDocument, planOperation } from './plan-operation.ts';

/** An operation as one authorization shape may run it. */
export interface PreparedOperation {
  /**
   * Differs for another supergraph, document, operation name or authorization shape, and is the same
   * in every process; may be long.
   */
  readonly identity: string;
  /** The authorization shape; empty where nothing about the caller matters for what may be read. */
  readonly shape: string;
  readonly parsed: ParsedOperation;
  readonly authorized: AuthorizedSelections;
  /** Null when no subgraph has to be asked. */
  readonly plan: PlanNode | null;
  readonly snapshot: SupergraphSnapshot;
}

/** An operation that may be run; `executable` is whatever the given compiler makes of it. */
export interface AcceptedOperation<Executable> {
  readonly ok: true;
  readonly prepared: PreparedOperation;
  readonly executable: Executable;
}

/** An operation that may not be run. */
export interface RejectedOperation {
  readonly ok: false;
  readonly problems: readonly Problem[];
  /** Null when the document does not say. */
  readonly kind: 'query' | 'mutation' | 'subscription' | null;
}

export type PreparationOutcome<Executable> = AcceptedOperation<Executable> | RejectedOperation;

/** Prepares operations and remembers them. */
export interface PrepareOperation<Executable> {
  /** @returns What is remembered at once; a promise only where something has to be planned. */
  (
    text: string,
    operationName: string | null,
    rights: Rights,
    snapshot: SupergraphSnapshot,
  ): PreparationOutcome<Executable> | Promise<PreparationOutcome<Executable>>;
  /** How much is remembered now. */
  readonly memoryUse: () => MemoryUse;
  /** The operations over a snapshot that were asked for most often, at most `limit`. */
  readonly inUse: (snapshot: SupergraphSnapshot, limit: number) => readonly OperationInUse[];
  /** Forgets all that was prepared for a snapshot. */
  readonly forget: (snapshot: SupergraphSnapshot) => void;
}

/** Told about each look-up, for the metrics. */
export interface PreparationObserver {
  readonly hit: () => void;
  readonly miss: () => void;
  /** A remembered operation had to make room for others. */
  readonly evicted: () => void;
  /** A valid operation could not be planned: an operator has to know why. */
  readonly failed: (error: MeshgateError) => void;
}

/**
 * How long it is remembered that an operation cannot be planned, in milliseconds. A repeated hostile
 * operation costs next to nothing, and an innocent one that met a stalled machine comes back.
 */
const PLANNING_REFUSAL_KEPT_MS = 60_000;

/**
 * Builds a `PrepareOperation` that remembers its latest answers.
 *
 * A broken document is an answer, not an exception: a client that repeats one
 * costs a look-up, not a parse. Requests that ask for the same operation with the
 * same authorization shape while it is planned wait for one planning. What failed
 * because others kept the planner busy is not remembered.
 *
 * @param capacityBytes For all that is remembered; one eighth of it is for rejections.
 * @param plan Finds the way of an operation through the subgraphs.
 * @param compile Turns a prepared operation into what execution runs; called once for each.
 * @param now Milliseconds from any start.
 */
export function createPrepareOperation<Executable extends object>(
  capacityBytes: number,
  settings: PreparationSettings,
  plan: PlanDocument,
  compile: (prepared: PreparedOperation) => Executable,
  observer: PreparationObserver,
  now: () => number,
): PrepareOperation<Executable> {
  const preparation = new Preparation(capacityBytes, settings, plan, compile, observer, now);
  return Object.assign(preparation.prepare.bind(preparation), {
    memoryUse: () => preparation.memory.use,
    inUse: (snapshot: SupergraphSnapshot, limit: number) =>
      preparation.memory.inUse(keyStartOf(snapshot), limit),
    forget: (snapshot: SupergraphSnapshot) => preparation.memory.forget(keyStartOf(snapshot)),
  });
}

/** The version is part of every key, so a new supergraph never meets an old plan. */
function keyStartOf({ version }: SupergraphSnapshot): string {
  return `${version}\n`;
}

class Preparation<Executable extends object> {
  readonly memory: OperationMemory<AcceptedOperation<Executable>, RejectedOperation>;
  readonly #settings: PreparationSettings;
  readonly #plan: PlanDocument;
  readonly #compile: (prepared: PreparedOperation) => Executable;
  readonly #observer: PreparationObserver;
  /** By key and authorization shape: what is being planned now. */
  readonly #flights = new Map<string, Promise<PreparationOutcome<Executable>>>();

  constructor(
    capacityBytes: number,
    settings: PreparationSettings,
    plan: PlanDocument,
    compile: (prepared: PreparedOperation) => Executable,
    observer: PreparationObserver,
    now: () => number,
  ) {
    this.memory = new OperationMemory(capacityBytes, now, observer.evicted);
    this.#settings = settings;
    this.#plan = plan;
    this.#compile = compile;
    this.#observer = observer;
  }

  prepare(
    text: string,
    operationName: string | null,
    rights: Rights,
    snapshot: SupergraphSnapshot,
  ): PreparationOutcome<Executable> | Promise<PreparationOutcome<Executable>> {
    const key = `${keyStartOf(snapshot)}${operationName ?? ''}\n${text}`;
    const known = this.memory.accepted(key) ?? this.memory.rejected(key);
    const operation = known ?? this.#parse(key, text, operationName, snapshot);
    if ('ok' in operation) return operation;

    const shape = toAuthorizationShape(operation.parsed.mentioned, rights);
    const remembered = operation.byShape.get(shape);
    if (remembered === undefined)
      return this.#prepareShape(key, shape, operation, rights, snapshot);
    this.#observer.hit();
    remembered.uses += 1;
    return remembered.outcome;
  }

  #parse(
    key: string,
    text: string,
    operationName: string | null,
    snapshot: SupergraphSnapshot,
  ): RememberedOperation<AcceptedOperation<Executable>> | RejectedOperation {
    const outcome = parseOperation(text, operationName, snapshot, this.#settings);
    if (!outcome.ok) {
      this.memory.reject(key, outcome, 0);
      return outcome;
    }
    const operation = toRememberedOperation<AcceptedOperation<Executable>>(
      text,
      operationName,
      outcome.parsed,
    );
    this.memory.accept(key, operation);
    return operation;
  }

  #prepareShape(
    key: string,
    shape: string,
    { parsed }: RememberedOperation<AcceptedOperation<Executable>>,
    rights: Rights,
    snapshot: SupergraphSnapshot,
  ): PreparationOutcome<Executable> | Promise<PreparationOutcome<Executable>> {
    // No key of a text begins like this, whatever a client sends as text or name.
    const flightKey = `shape ${shape}\n${key}`;
    const known = this.#flights.get(flightKey) ?? this.memory.rejected(flightKey);
    if (known !== undefined) {
      this.#observer.hit();
      return known;
    }
    this.#observer.miss();
    const authorized = authorizeSelections(parsed.selections, parsed.requirements, rights);
    const accept = (plan: PlanNode | null): AcceptedOperation<Executable> => {
      const prepared: PreparedOperation = {
        identity: flightKey,
        shape,
        parsed,
        authorized,
        plan,
        snapshot,
      };
      const outcome = { ok: true, prepared, executable: this.#compile(prepared) } as const;
      const bytes = estimatePlanBytes(plan, authorized.allowed);
      this.memory.addShape(key, shape, { outcome, rights, uses: 1 }, bytes);
      return outcome;
    };
    const refuse = (error: unknown): RejectedOperation => {
      if (!(error instanceof MeshgateError)) throw error;
      return this.#refuse(flightKey, parsed, error);
    };
    try {
      const plan = planOperation(parsed.definition, authorized.allowed, snapshot, this.#plan);
      return plan instanceof Promise
        ? this.#fly(flightKey, plan.then(accept).catch(refuse))
        : accept(plan);
    } catch (error) {
      return refuse(error);
    }
  }

  #fly(
    key: string,
    flight: Promise<PreparationOutcome<Executable>>,
  ): Promise<PreparationOutcome<Executable>> {
    const landing = flight.finally(() => this.#flights.delete(key));
    this.#flights.set(key, landing);
    return landing;
  }

  #refuse(key: string, { kind }: ParsedOperation, error: MeshgateError): RejectedOperation {
    this.#observer.failed(error);
    const { code, message, details } = error;
    const outcome = { ok: false, kind, problems: [{ code, message, details }] } as const;
    if (!ERROR_CATALOG[code].retryable) this.memory.reject(key, outcome, PLANNING_REFUSAL_KEPT_MS);
    return outcome;
  }
}
