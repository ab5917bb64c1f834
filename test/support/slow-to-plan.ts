import type { FixtureSubgraph } from './federation-fixture.ts';

const KINDS = ['A', 'B', 'C', 'D', 'E', 'F'];
const OTHERS = ['two', 'three', 'four'];

/**
 * An interface whose implementers are spread over four subgraphs: planning an operation
 * takes four times as long for each level of it.
 */
export const SLOW_TO_PLAN: readonly FixtureSubgraph[] = ['one', ...OTHERS].map((name) => ({
  name,
  sdl: `
    type Query { ${name === 'one' ? 'start: Node' : `${name}: Int`} }
    interface Node { id: ID! next: Node own: String }
    ${KINDS.map((kind) => `type ${kind} implements Node @key(fields: "id") { id: ID! next: Node @shareable own: String @shareable ${name}${kind}: Int }`).join('\n')}
  `,
  resolvers: { Query: { [name]: () => 1 } },
}));

/**
 * An operation over them. On a fast machine three levels take more than a second to plan and four
 * take five; four are more than validation compares with each other.
 */
export function toSlowQuery(levels: number): string {
  return `{ start { ${nest(levels)} } }`;
}

function nest(levels: number): string {
  if (levels === 0) return 'id';
  return KINDS.map((kind) => {
    const fields = OTHERS.map((name) => name + kind).join(' ');
    return `... on ${kind} { ${fields} next { ${nest(levels - 1)} } }`;
  }).join(' ');
}
