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
import { LRUCache } from 'lru-cache';
import { MeshgateError } from '../../shared/errors/meshgate-error.ts';
import type { Problem } from '../../shared/errors/problem.ts';
import { toAuthorizationShape } from '../policy/authorization-shape.ts';
import type { Rights } from '../policy/requirement.ts';
import type { SupergraphSnapshot } from '../supergraph/supergraph-snapshot.ts';
import { type AuthorizedSelections, authorizeSelections } from './authorize-selections.ts';
import {
  type ParsedOperation,
  type PreparationSettings,
  parseOperation,
} from './parse-operation.ts';
import { planOperation } from './plan-operation.ts';

/** An operation as one authorization shape may run it. */
export interface PreparedOperation {
  readonly parsed: ParsedOperation;
  readonly authorized: AuthorizedSelections;
  /** Null when no subgraph has to be asked. */
  readonly plan: PlanNode | null;
  readonly snapshot: SupergraphSnapshot;
}

/** What preparation leads to; `executable` is whatever the given compiler makes of it. */
export type PreparationOutcome<Executable> =
  | { readonly ok: true; readonly prepared: PreparedOperation; readonly executable: Executable }
  | {
      readonly ok: false;
      readonly problems: readonly Problem[];
      /** Null when the document does not say. */
      readonly kind: 'query' | 'mutation' | 'subscription' | null;
    };

export type PrepareOperation<Executable> = (
  text: string,
  operationName: string | null,
  rights: Rights,
  snapshot: SupergraphSnapshot,
) => PreparationOutcome<Executable>;

/** Told about each look-up, for the metrics. */
export interface PreparationObserver {
  readonly hit: () => void;
  readonly miss: () => void;
  /** A valid operation could not be planned: an operator has to know why. */
  readonly failed: (error: MeshgateError) => void;
}

interface ParsedEntry<Executable> {
  readonly parsed: ParsedOperation;
  readonly byShape: LRUCache<string, PreparationOutcome<Executable>>;
}

/** Authorization shapes remembered for one operation; a mesh has few roles, an attacker many. */
const SHAPES_KEPT = 32;

/**
 * Builds a `PrepareOperation` that remembers its latest answers.
 *
 * A broken document is an answer, not an exception: a client that repeats one
 * costs a look-up, not a parse. Rejections have their own, smaller store, so that
 * junk cannot push out good plans.
 *
 * @param capacity Accepted operations kept (a count, at least 8); the least recently used
 *   goes first. Rejections get one eighth of it.
 * @param compile Turns a prepared operation into what execution runs; called once for each.
 */
export function createPrepareOperation<Executable extends object>(
  capacity: number,
  settings: PreparationSettings,
  compile: (prepared: PreparedOperation) => Executable,
  observer: PreparationObserver,
): PrepareOperation<Executable> & { readonly size: () => number } {
  const accepted = new LRUCache<string, ParsedEntry<Executable>>({ max: capacity });
  const rejected = new LRUCache<string, PreparationOutcome<Executable>>({
    max: Math.max(1, capacity >> 3),
  });

  const parse = (key: string, text: string, name: string | null, snapshot: SupergraphSnapshot) => {
    const outcome = parseOperation(text, name, snapshot, settings);
    if (!outcome.ok) {
      rejected.set(key, outcome);
      return outcome;
    }
    const entry = {
      parsed: outcome.parsed,
      byShape: new LRUCache<string, PreparationOutcome<Executable>>({ max: SHAPES_KEPT }),
    };
    accepted.set(key, entry);
    return entry;
  };

  const prepare = (
    text: string,
    operationName: string | null,
    rights: Rights,
    snapshot: SupergraphSnapshot,
  ): PreparationOutcome<Executable> => {
    // The version is part of the key, so a new supergraph never meets an old plan.
    const key = `${snapshot.version}\n${operationName ?? ''}\n${text}`;
    const known = accepted.get(key) ?? rejected.get(key);
    const entry = known ?? parse(key, text, operationName, snapshot);
    if ('ok' in entry) return entry;

    const shape = toAuthorizationShape(entry.parsed.mentioned, rights);
    const remembered = entry.byShape.get(shape);
    if (remembered !== undefined) {
      observer.hit();
      return remembered;
    }
    observer.miss();
    const outcome = authorizeAndPlan(entry.parsed, rights, snapshot, compile, observer);
    entry.byShape.set(shape, outcome);
    return outcome;
  };
  return Object.assign(prepare, { size: () => accepted.size });
}

function authorizeAndPlan<Executable extends object>(
  parsed: ParsedOperation,
  rights: Rights,
  snapshot: SupergraphSnapshot,
  compile: (prepared: PreparedOperation) => Executable,
  observer: PreparationObserver,
): PreparationOutcome<Executable> {
  const authorized = authorizeSelections(parsed.selections, parsed.requirements, rights);
  try {
    const plan = planOperation(parsed.definition, authorized.allowed, snapshot);
    const prepared: PreparedOperation = { parsed, authorized, plan, snapshot };
    return { ok: true, prepared, executable: compile(prepared) };
  } catch (error) {
    if (!(error instanceof MeshgateError)) throw error;
    observer.failed(error);
    return {
      ok: false,
      kind: parsed.kind,
      problems: [{ code: error.code, message: error.message, details: error.details }],
    };
  }
}
