import * as fc from 'fast-check';
import {
  doTypesOverlap,
  type GraphQLCompositeType,
  type GraphQLField,
  type GraphQLSchema,
  getNamedType,
  isAbstractType,
  isCompositeType,
  isUnionType,
  parse,
  validate,
} from 'graphql';
import { Draw } from './draw.ts';
import { DrawnVariables } from './draw-values.ts';

export interface RandomOperation {
  readonly query: string;
  readonly variables: Readonly<Record<string, unknown>>;
}

/** The skeleton of a selection, without any schema; fast-check makes it smaller by itself. */
interface Skeleton {
  readonly pick: number;
  readonly details: number;
  readonly below: readonly Skeleton[];
}

const DEPTH = 4;

const skeleton = (depth: number): fc.Arbitrary<Skeleton> =>
  fc.record({
    pick: fc.nat(9999),
    details: fc.nat(0x7fffffff),
    below: depth === 0 ? fc.constant([]) : fc.array(skeleton(depth - 1), { maxLength: 3 }),
  });

/**
 * Arbitrary valid operations over a schema: named and inline fragments, aliases that
 * are names of other fields, arguments and variables of all kinds, conditions, meta fields.
 *
 * @param ids Values for arguments of type `ID`.
 */
export function randomOperation(
  schema: GraphQLSchema,
  ids: readonly string[],
): fc.Arbitrary<RandomOperation> {
  const aliases = fieldNamesOf(schema);
  return skeleton(DEPTH)
    .map((tree) => {
      const attempt = (strict: boolean) =>
        new OperationWriter(schema, ids, aliases, strict).write(tree);
      const free = attempt(false);
      return isValid(schema, free) ? free : attempt(true);
    })
    .filter((operation) => isValid(schema, operation));
}

function isValid(schema: GraphQLSchema, { query }: RandomOperation): boolean {
  return validate(schema, parse(query)).length === 0;
}

function fieldNamesOf(schema: GraphQLSchema): readonly string[] {
  const names = Object.values(schema.getTypeMap()).flatMap((type) =>
    'getFields' in type && !type.name.startsWith('__') ? Object.keys(type.getFields()) : [],
  );
  return [...new Set(names)];
}

interface NamedFragment {
  readonly name: string;
  readonly type: GraphQLCompositeType;
  readonly text: string;
}

class OperationWriter {
  readonly #schema: GraphQLSchema;
  readonly #variables: DrawnVariables;
  readonly #aliases: readonly string[];
  readonly #strict: boolean;
  readonly #fragments: NamedFragment[] = [];
  /** What stands behind each response key that was made up, so that none stands for two things. */
  readonly #keys = new Map<string, string>();

  constructor(
    schema: GraphQLSchema,
    ids: readonly string[],
    aliases: readonly string[],
    strict: boolean,
  ) {
    this.#schema = schema;
    this.#variables = new DrawnVariables(ids);
    this.#aliases = aliases;
    this.#strict = strict;
  }

  write({ pick, details, below }: Skeleton): RandomOperation {
    const mutation = this.#schema.getMutationType();
    const isMutation = !!mutation && pick % 4 === 1;
    const root = isMutation ? mutation : (this.#schema.getQueryType() as GraphQLCompositeType);
    const selections = this.#selections(root, below);
    const name = new Draw(details).once(3) ? ' Asked' : '';
    const fragments = this.#fragments
      .map((one) => `\nfragment ${one.name} on ${one.type.name} ${one.text}`)
      .join('');
    const head = `${isMutation ? 'mutation' : 'query'}${name}${this.#variables.print()}`;
    return { query: `${head} ${selections}${fragments}`, variables: this.#variables.values };
  }

  #selections(type: GraphQLCompositeType, below: readonly Skeleton[]): string {
    const texts = below.map((one) => this.#selection(type, one));
    return `{ ${texts.length === 0 ? '__typename' : texts.join(' ')} }`;
  }

  #selection(type: GraphQLCompositeType, { pick, details, below }: Skeleton): string {
    const draw = new Draw(details);
    const fields = isUnionType(type) ? [] : Object.values(type.getFields());
    const isDeep = below.length > 0;
    const fitting = fields.filter((field) => isCompositeType(getNamedType(field.type)) === isDeep);
    const others = isDeep ? this.#conditionsOn(type).length + 1 : 1;
    const index = pick % (fitting.length * 2 + others);
    const field = fitting[index >> 1];
    if (index < fitting.length * 2 && field !== undefined)
      return this.#field(type, field, below, draw);
    if (!isDeep)
      return `${this.#alias('__typename', '__typename', draw)}__typename${this.#variables.printConditions(draw)}`;
    return this.#fragment(type, index - fitting.length * 2, below, draw);
  }

  #field(
    type: GraphQLCompositeType,
    field: GraphQLField<unknown, unknown>,
    below: readonly Skeleton[],
    draw: Draw,
  ): string {
    const given = this.#variables.printArguments(field.args, draw);
    const meaning = `${type.name}.${field.name}${given}`;
    const alias = this.#alias(field.name, meaning, draw);
    const conditions = this.#variables.printConditions(draw);
    const named = getNamedType(field.type);
    const selections = isCompositeType(named) ? ` ${this.#selections(named, below)}` : '';
    return `${alias}${field.name}${given}${conditions}${selections}`;
  }

  /** `alias: `, or nothing. Where free aliases have collided, every key gets a meaning of its own. */
  #alias(name: string, meaning: string, draw: Draw): string {
    const wanted = draw.once(3) ? draw.oneOf([...this.#aliases, 'x', 'y']) : name;
    if (!this.#strict) return wanted === name ? '' : `${wanted}: `;
    let key = wanted;
    for (let count = 1; (this.#keys.get(key) ?? meaning) !== meaning; count += 1) {
      key = `${wanted}_${count}`;
    }
    this.#keys.set(key, meaning);
    return key === name ? '' : `${key}: `;
  }

  #fragment(
    type: GraphQLCompositeType,
    index: number,
    below: readonly Skeleton[],
    draw: Draw,
  ): string {
    const condition = this.#conditionsOn(type)[index - 1];
    const on = condition === undefined ? '' : `on ${condition.name} `;
    const conditions = this.#variables.printConditions(draw);
    if (condition === undefined || !draw.once(3)) {
      return `...${on === '' ? '' : ` ${on.trimEnd()}`}${conditions} ${this.#selections(condition ?? type, below)}`;
    }
    const known = this.#fragments.filter((one) => one.type === condition);
    if (known.length > 0 && draw.once(2)) return `...${draw.oneOf(known).name}${conditions}`;
    const text = this.#selections(condition, below);
    const name = `F${this.#fragments.length}`;
    this.#fragments.push({ name, type: condition, text });
    return `...${name}${conditions}`;
  }

  /** The types that a fragment may be limited to here. */
  #conditionsOn(type: GraphQLCompositeType): readonly GraphQLCompositeType[] {
    return Object.values(this.#schema.getTypeMap()).filter(
      (one): one is GraphQLCompositeType =>
        isCompositeType(one) &&
        !one.name.startsWith('__') &&
        doTypesOverlap(this.#schema, one, type) &&
        (one === type || isAbstractType(one) || isAbstractType(type)),
    );
  }
}
