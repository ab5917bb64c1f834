import { cloneValue } from '../clone-value.ts';
import type { EntityAnswer } from './entity-load.ts';

/** An answer of its own for somebody who writes into what others read. */
export function copyEntities(answer: EntityAnswer): EntityAnswer {
  if (!answer.ok || answer.entities === null) return answer;
  return { ...answer, entities: answer.entities.map(cloneValue) };
}
