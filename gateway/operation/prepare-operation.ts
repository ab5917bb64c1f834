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
import type { GraphQLSchema } from 'graphql';
import { ERROR_CATALOG } from '../../shared/errors/error-catalog.ts';
import { MeshgateError } from '../../shared/errors/meshgate-error.ts';
import type { Problem } from '../../shared/errors/problem.ts';
import { toDecidedRights } from '../policy/authorization-shape.ts';
import { type ClassifiedElements, UNCLASSIFIED } from '../policy/classification.ts';
import type { Rights } from '../policy/requirement.ts';
import type { SupergraphSnapshot } from '../supergraph/supergraph-snapshot.ts';
import {
  type AuthorizedSelections,
  authorizeDryRun,
  authorizeSelections,
} from './authorize-selections.ts';
import { estimatePlanBytes } from './estimate-bytes.ts';
import {
  type MemoryUse,
  type OperationInUse,
  OperationMemory,
  type RememberedOperation,
  toRememberedOperation,
} from './operation-memory.ts';
import {
  type CallersRights,
  type ClassificationOf,
  findDenied,
  openRights,
  toOperationShape,
} from './operation-shape.ts';
import {
  type ParsedOperation,
  type PreparationSettings,
  parseOperation,
} from './parse-operation.ts';
import { type PlanDocument, planOperation } from './plan-operation.ts';
import type { PreparationObserver } from './preparation-observer.ts';
import { createVisibleSchema } from './visible-schema.ts';

/** An operation as one authorization shape may run it. */
export interface PreparedOperation {
  /**
   * Differs for another supergraph, document, operation name or authorization shape, and is the same
   * in every process; may be long.
   */
  readonly identity: string;
  /** The authorization shape; empty where nothing about the caller matters for what may be read. */
  readonly shape: string;
  /** What requirements were held against; of policies and grants just what the operation mentions. */
  readonly decided: Rights;
  readonly parsed: ParsedOperation;
  readonly authorized: AuthorizedSelections;
  /** What of the operation has a class. */
  readonly classified: ClassifiedElements;
  /** Null when no subgraph has to be asked. */
  readonly plan: PlanNode | null;
  readonly snapshot: SupergraphSnapshot;
  /**
   * Whether the caller sees something masked of the types that the operation touches, asked for or
   * not. What a product says in words may then be what the mask hides.
   */
  readonly hidesValues: boolean;
  /** What introspection is answered from; made when it is first asked for. */
  readonly introspected: () => GraphQLSchema;
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
 * @param classificationOf Asked for each operation that touches something tagged; without it nothing
 *   that is tagged has a class.
 */
export function createPrepareOperation<Executable extends object>(
  capacityBytes: number,
  settings: PreparationSettings,
  plan: PlanDocument,
  compile: (prepared: PreparedOperation) => Executable,
  observer: PreparationObserver,
  now: () => number,
  classificationOf: ClassificationOf = () => UNCLASSIFIED,
): PrepareOperation<Executable> {
  const doors = { plan, compile, observer, now, classificationOf };
  const preparation = new Preparation(capacityBytes, settings, doors);
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

interface PreparationDoors<Executable extends object> {
  readonly plan: PlanDocument;
  readonly compile: (prepared: PreparedOperation) => Executable;
  readonly observer: PreparationObserver;
  readonly now: () => number;
  readonly classificationOf: ClassificationOf;
}

class Preparation<Executable extends object> {
  readonly memory: OperationMemory<AcceptedOperation<Executable>, RejectedOperation>;
  readonly #settings: PreparationSettings;
  readonly #doors: PreparationDoors<Executable>;
  readonly #visibleSchema = createVisibleSchema();
  /** By key and authorization shape: what is being planned now. */
  readonly #flights = new Map<string, Promise<PreparationOutcome<Executable>>>();

  constructor(
    capacityBytes: number,
    settings: PreparationSettings,
    doors: PreparationDoors<Executable>,
  ) {
    this.memory = new OperationMemory(capacityBytes, doors.now, doors.observer.evicted);
    this.#settings = settings;
    this.#doors = doors;
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

    const { classificationOf } = this.#doors;
    const caller = openRights(rights, snapshot, classificationOf);
    const shape = toOperationShape(operation.parsed, caller, snapshot, classificationOf);
    const remembered = operation.byShape.get(shape);
    if (remembered === undefined)
      return this.#prepareShape(key, shape, operation, caller, snapshot);
    this.#doors.observer.hit();
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
    { rights, opened }: CallersRights,
    snapshot: SupergraphSnapshot,
  ): PreparationOutcome<Executable> | Promise<PreparationOutcome<Executable>> {
    // No key of a text begins like this, whatever a client sends as text or name.
    const flightKey = `shape ${shape}\n${key}`;
    const known = this.#flights.get(flightKey) ?? this.memory.rejected(flightKey);
    if (known !== undefined) {
      this.#doors.observer.hit();
      return known;
    }
    this.#doors.observer.miss();
    const decided = toDecidedRights(parsed.mentioned, shape, opened);
    const classification = this.#doors.classificationOf(snapshot);
    const effects = classification.effectsOf(parsed.marks.coordinates, rights);
    const classified = classification.classified(parsed.marks.coordinates);
    const hidesValues = classification.masksAny(parsed.marks.around, rights);
    const { dryRun, asksForKeys = false } = this.#settings;
    const authorized = (dryRun ? authorizeDryRun : authorizeSelections)(parsed, decided, effects);
    const narrows = parsed.introspectsByRights && !dryRun;
    const denied = narrows ? findDenied(rights, snapshot, this.#doors.classificationOf) : null;
    const introspected = () =>
      denied === null
        ? snapshot.schema
        : this.#visibleSchema(snapshot, shape, { rights: decided, denied });
    const accept = (plan: PlanNode | null): AcceptedOperation<Executable> => {
      const decision = { identity: flightKey, authorized, classified, shape, decided, hidesValues };
      const prepared: PreparedOperation = { parsed, plan, snapshot, introspected, ...decision };
      const outcome = { ok: true, prepared, executable: this.#doors.compile(prepared) } as const;
      const bytes = estimatePlanBytes(plan, authorized.allowed);
      this.memory.addShape(key, shape, { outcome, rights, uses: 1 }, bytes);
      return outcome;
    };
    const refuse = (error: unknown): RejectedOperation => {
      if (!(error instanceof MeshgateError)) throw error;
      return this.#refuse(flightKey, parsed, error);
    };
    try {
      const keyed = asksForKeys ? classified.coordinates : [];
      const { plan: planDocument } = this.#doors;
      const plan = planOperation(
        parsed.definition,
        authorized.allowed,
        keyed,
        snapshot,
        planDocument,
      );
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
    this.#doors.observer.failed(error);
    const { code, message, details } = error;
    const outcome = { ok: false, kind, problems: [{ code, message, details }] } as const;
    if (!ERROR_CATALOG[code].retryable) this.memory.reject(key, outcome, PLANNING_REFUSAL_KEPT_MS);
    return outcome;
  }
}
