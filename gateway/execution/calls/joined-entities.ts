import type { FoundParts } from '../../cache/parts/found-parts.ts';
import { cloneValue } from '../clone-value.ts';
import type { EntityAnswer } from './entity-load.ts';
import type { RootCall, RootedLoad } from './execution-doors.ts';
import { RepresentationList } from './representation-list.ts';
import type { SubgraphAnswer } from './subgraph-answer.ts';

/** The same load for some of its entities, by their indexes. */
export function narrow(asked: RootedLoad, indexes: readonly number[]): RootedLoad {
  const { texts } = asked.representations;
  const some = indexes.map((index) => texts[index] as string);
  return { ...asked, representations: new RepresentationList(some) };
}

/** The same of what came for it. */
export function narrowAnswer(answer: EntityAnswer, indexes: readonly number[]): EntityAnswer {
  if (!answer.ok || answer.entities === null) return answer;
  const { entities, errors, source } = answer;
  if (indexes.length === entities.length) return answer;
  return {
    ok: true,
    entities: indexes.map((index) => entities[index]),
    errors: errors.flatMap(({ index, error }) => {
      const position = index === null ? null : indexes.indexOf(index);
      return position === -1 ? [] : [{ index: position, error }];
    }),
    source: source && {
      values: source.values,
      indexes: indexes.map((index) => source.indexes?.[index] ?? index),
    },
  };
}

/** The known answer itself where it says the same: that is how it is seen that nothing has changed. */
export function toKnown({ known }: RootCall, kept: SubgraphAnswer): SubgraphAnswer {
  if (known?.bytes === undefined || kept === known || !kept.ok) return kept;
  return kept.bytes?.equals(known.bytes) === true ? known : kept;
}

/** An answer of what is kept; who writes into it gets copies. */
export function given({ onlyReads }: RootedLoad, values: readonly unknown[]): EntityAnswer {
  return { ok: true, entities: onlyReads ? values : values.map(cloneValue), errors: [] };
}

/** Puts what was kept and what was asked for together, in the order of the load. */
export function join(
  { onlyReads }: RootedLoad,
  { values, absent }: FoundParts,
  rest: EntityAnswer,
): EntityAnswer {
  if (!rest.ok || rest.entities === null) return rest;
  const entities = onlyReads ? [...values] : values.map(cloneValue);
  for (const [position, index] of absent.entries()) entities[index] = rest.entities[position];
  return { ok: true, entities, errors: atIndexes(rest.errors, absent) };
}

/**
 * Puts two answers together that were got for different entities of one load.
 *
 * @param indexes Where in the load each of them has its entities.
 * @returns One without entities where one is: a load fails as a whole.
 */
export function merge(
  size: number,
  indexes: readonly [readonly number[], readonly number[]],
  answers: readonly [EntityAnswer, EntityAnswer],
): EntityAnswer {
  const entities = new Array<unknown>(size);
  const errors = [];
  for (const [which, answer] of answers.entries()) {
    if (!answer.ok || answer.entities === null) return answer;
    const own = indexes[which] ?? [];
    for (const [position, index] of own.entries()) entities[index] = answer.entities[position];
    errors.push(...atIndexes(answer.errors, own));
  }
  return { ok: true, entities, errors };
}

type EntityErrors = Extract<EntityAnswer, { ok: true }>['errors'];

function atIndexes(errors: EntityErrors, indexes: readonly number[]): EntityErrors {
  return errors.map(({ index, error }) => ({
    index: index === null ? null : (indexes[index] ?? null),
    error,
  }));
}
