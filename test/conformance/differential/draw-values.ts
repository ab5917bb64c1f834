import {
  type GraphQLArgument,
  type GraphQLInputField,
  type GraphQLInputType,
  isEnumType,
  isInputObjectType,
  isListType,
  isNonNullType,
  isScalarType,
} from 'graphql';
import type { Draw } from './draw.ts';

/** A value as JSON, with enum values told apart from strings. */
type Drawn =
  | null
  | boolean
  | number
  | string
  | Enum
  | readonly Drawn[]
  | { readonly [name: string]: Drawn };

class Enum {
  readonly name: string;
  constructor(name: string) {
    this.name = name;
  }
}

const STRINGS = ['', 'a', 'b "c"\n', '$x'];

/** Variables of one operation: their definitions and the values that go with the request. */
export class DrawnVariables {
  readonly values: Record<string, unknown> = {};
  readonly #definitions = new Map<string, string>();
  readonly #ids: readonly string[];

  /** @param ids Values for arguments of type `ID`. */
  constructor(ids: readonly string[]) {
    this.#ids = ids;
  }

  /** `($v0: Int = 1, …)`, or nothing. */
  print(): string {
    const definitions = [...this.#definitions].map(
      ([name, definition]) => `$${name}: ${definition}`,
    );
    return definitions.length === 0 ? '' : `(${definitions.join(', ')})`;
  }

  /** Text of the arguments of a field, with parentheses; optional ones are left out now and then. */
  printArguments(args: readonly GraphQLArgument[], draw: Draw): string {
    const printed = args.flatMap((argument) => {
      const isOptional = !isNonNullType(argument.type) || argument.defaultValue !== undefined;
      if (isOptional && !draw.once(2)) return [];
      return [`${argument.name}: ${this.#printArgument(argument, draw)}`];
    });
    return printed.length === 0 ? '' : `(${printed.join(', ')})`;
  }

  /** Text of `@skip` and `@include`, mostly none. */
  printConditions(draw: Draw): string {
    let text = '';
    for (const name of ['skip', 'include']) {
      if (!draw.once(9)) continue;
      text += ` @${name}(if: ${draw.once(3) ? draw.oneOf(['true', 'false']) : this.#condition(draw)})`;
    }
    return text;
  }

  #condition(draw: Draw): string {
    const name = draw.oneOf(['c0', 'c1', 'c2']);
    if (!this.#definitions.has(name)) {
      const isDefault = draw.once(4);
      this.#definitions.set(name, isDefault ? 'Boolean! = true' : 'Boolean!');
      if (!isDefault || draw.once(2)) this.values[name] = draw.once(2);
    }
    return `$${name}`;
  }

  #printArgument({ type, defaultValue }: GraphQLArgument, draw: Draw): string {
    if (!draw.once(3)) return print(this.#draw(type, draw, 0));
    const known = [...this.#definitions].find(([, definition]) => definition === String(type));
    if (known !== undefined && draw.once(3)) return `$${known[0]}`;
    const name = `v${this.#definitions.size}`;
    const mayBeLeftOut = !isNonNullType(type) || defaultValue !== undefined;
    const hasDefault = draw.once(3);
    const fallback = this.#draw(type, draw, 0);
    this.#definitions.set(name, hasDefault ? `${type} = ${print(fallback)}` : String(type));
    const isGiven =
      isNonNullType(type) && !hasDefault ? true : !(mayBeLeftOut || hasDefault) || draw.once(2);
    if (isGiven) this.values[name] = toJson(this.#draw(type, draw, 0));
    return `$${name}`;
  }

  #draw(type: GraphQLInputType, draw: Draw, depth: number): Drawn {
    if (isNonNullType(type)) return this.#drawPresent(type.ofType, draw, depth);
    return draw.once(5) ? null : this.#drawPresent(type, draw, depth);
  }

  #drawPresent(type: GraphQLInputType, draw: Draw, depth: number): Drawn {
    if (isListType(type)) {
      // One value stands for a list of it.
      if (draw.once(6)) return this.#drawPresent(type.ofType, draw, depth);
      return Array.from({ length: draw.below(3) }, () => this.#draw(type.ofType, draw, depth));
    }
    if (isInputObjectType(type)) {
      const fields = Object.values(type.getFields()).filter((field) =>
        this.#takes(field, draw, depth),
      );
      return Object.fromEntries(
        fields.map((field) => [field.name, this.#draw(field.type, draw, depth + 1)]),
      );
    }
    if (isEnumType(type)) return new Enum(draw.oneOf(type.getValues()).name);
    return isScalarType(type) ? this.#drawScalar(type.name, draw) : null;
  }

  #takes({ type, defaultValue }: GraphQLInputField, draw: Draw, depth: number): boolean {
    if (isNonNullType(type) && defaultValue === undefined) return true;
    return depth < 2 && draw.once(2);
  }

  #drawScalar(name: string, draw: Draw): Drawn {
    if (name === 'Int') return draw.below(4);
    if (name === 'Float') return draw.oneOf([0, 1.5, 2]);
    if (name === 'Boolean') return draw.once(2);
    return draw.oneOf(name === 'ID' ? this.#ids : STRINGS);
  }
}

function print(value: Drawn): string {
  if (value instanceof Enum) return value.name;
  if (Array.isArray(value)) return `[${value.map(print).join(', ')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const members = Object.entries(value as Record<string, Drawn>);
  return `{${members.map(([name, member]) => `${name}: ${print(member)}`).join(', ')}}`;
}

function toJson(value: Drawn): unknown {
  if (value instanceof Enum) return value.name;
  if (Array.isArray(value)) return value.map(toJson);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value as Record<string, Drawn>).map(([name, member]) => [name, toJson(member)]),
  );
}
