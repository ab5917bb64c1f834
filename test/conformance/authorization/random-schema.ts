import type { Draw } from '../differential/draw.ts';

export const SCOPES = ['s0', 's1', 's2', 's3'] as const;
export const POLICIES = ['p0', 'p1', 'p2'] as const;

/** A random OR of ANDs as GraphQL writes it, the empty ones included. */
function drawGroups(draw: Draw, names: readonly string[]): string {
  const groups = Array.from({ length: draw.below(4) }, () => {
    const size = draw.once(8) ? 0 : 1 + draw.below(2);
    return `[${Array.from({ length: size }, () => `"${draw.oneOf(names)}"`).join(', ')}]`;
  });
  return `[${groups.join(', ')}]`;
}

/** None, one or several of the three directives. */
export function drawRequirement(draw: Draw, oneIn: number): string {
  if (!draw.once(oneIn)) return '';
  const kind = draw.below(5);
  const authenticated = kind === 0 || kind === 4 ? ' @authenticated' : '';
  const scopes =
    kind === 1 || kind >= 3 ? ` @requiresScopes(scopes: ${drawGroups(draw, SCOPES)})` : '';
  const policies =
    kind === 2 || kind === 3 ? ` @policy(policies: ${drawGroups(draw, POLICIES)})` : '';
  return authenticated + scopes + policies;
}

const OBJECTS = ['O0', 'O1', 'O2', 'O3'] as const;
/** Fields of interfaces with what they return, and what an implementer may return instead. */
const INTERFACE_FIELDS: Readonly<Record<string, readonly (readonly [string, string, string])[]>> = {
  I0: [
    ['label', 'String', 'String'],
    ['twin', 'I0', 'O0'],
    ['pick', 'U0', 'O1'],
  ],
  I1: [
    ['code', 'Code', 'Code!'],
    ['mood', 'Mood', 'Mood'],
    ['pairs', '[[I1]]', '[[O2]]'],
  ],
};
const OWN_TYPES = [
  'String',
  'Code',
  'Mood',
  'O0',
  'O1!',
  '[O2!]!',
  'O3',
  'I0',
  '[I1]',
  'U0',
  '[[U0]]',
];

/**
 * A random schema of one subgraph: objects that implement two interfaces, a union,
 * a scalar and an enum, root types, and requirements anywhere they may be.
 */
export function drawSchema(draw: Draw): string {
  const implemented = new Map<string, string[]>(
    OBJECTS.map((name, index) => [
      name,
      // What the interfaces' implementers return in their places has to implement them.
      ['I0', 'I1'].filter((_, position) => index === position * 2 || draw.once(2)),
    ]),
  );
  const requirement = () => drawRequirement(draw, 3);
  const own = (type: string) =>
    Array.from({ length: 1 + draw.below(3) }, (_, index) => {
      return `f${index}_${type}: ${draw.oneOf(OWN_TYPES)}${requirement()}`;
    });
  const objects = OBJECTS.map((name) => {
    const interfaces = implemented.get(name) ?? [];
    const inherited = interfaces.flatMap((one) =>
      (INTERFACE_FIELDS[one] ?? []).map(
        ([field, type, narrow]) => `${field}: ${draw.once(2) ? narrow : type}${requirement()}`,
      ),
    );
    const clause = interfaces.length === 0 ? '' : ` implements ${interfaces.join(' & ')}`;
    return `type ${name}${clause}${drawRequirement(draw, 5)} { ${[...inherited, ...own(name)].join(' ')} }`;
  });
  const interfaces = Object.entries(INTERFACE_FIELDS).map(
    ([name, fields]) =>
      `interface ${name} { ${fields.map(([field, type]) => `${field}: ${type}`).join(' ')} }`,
  );
  const roots = ['Query', 'Mutation'].map(
    (name) =>
      `type ${name}${drawRequirement(draw, 8)} { o0: O0 o1: [O1] i0: I0 i1: [I1!] u0: U0 ${own(name).join(' ')} }`,
  );
  return [
    `scalar Code${drawRequirement(draw, 5)}`,
    `enum Mood${drawRequirement(draw, 5)} { GOOD BAD }`,
    ...interfaces,
    ...objects,
    'union U0 = O0 | O1 | O3',
    ...roots,
  ].join('\n');
}
