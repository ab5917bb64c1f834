import {
  type GraphQLArgument,
  type GraphQLInputField,
  type GraphQLInputObjectType,
  type GraphQLInputType,
  getNamedType,
  isEnumType,
  isInputObjectType,
  isListType,
  isNonNullType,
  Kind,
  type ObjectValueNode,
  type ValueNode,
} from 'graphql';

/** Told about each input field and enum value that is given, and about each variable. */
export interface GivenVisitor {
  readonly coordinate: (coordinate: string) => void;
  /** `fallback` is where the variable stands: its default holds when the variable is absent. */
  readonly variable: (name: string, fallback: GraphQLArgument | GraphQLInputField | null) => void;
}

/** Visits what a value in a document gives, and what schema defaults give in the place of what is left out. */
export function visitLiteral(
  type: GraphQLInputType,
  node: ValueNode,
  visitor: GivenVisitor,
  place: GraphQLArgument | GraphQLInputField | null = null,
): void {
  if (node.kind === Kind.VARIABLE) visitor.variable(node.name.value, place);
  else if (isNonNullType(type)) visitLiteral(type.ofType, node, visitor, place);
  else if (isListType(type)) {
    // One element may stand for a list of it.
    const elements = node.kind === Kind.LIST ? node.values : [node];
    for (const element of elements) visitLiteral(type.ofType, element, visitor);
  } else if (isEnumType(type)) {
    if (node.kind === Kind.ENUM) visitor.coordinate(`${type.name}.${node.value}`);
  } else if (isInputObjectType(type) && node.kind === Kind.OBJECT) {
    visitObjectLiteral(type, node, visitor);
  }
}

function visitObjectLiteral(
  type: GraphQLInputObjectType,
  node: ObjectValueNode,
  visitor: GivenVisitor,
): void {
  const given = new Map(node.fields.map((field) => [field.name.value, field.value]));
  for (const field of Object.values(type.getFields())) {
    const value = given.get(field.name);
    if (value === undefined && field.defaultValue === undefined) continue;
    visitor.coordinate(`${type.name}.${field.name}`);
    if (value === undefined) visitValue(field.type, field.defaultValue, visitor.coordinate);
    else visitLiteral(field.type, value, visitor, field);
  }
}

/** Visits what a value gives that is coerced already: one of a variable, or a default of the schema. */
export function visitValue(
  type: GraphQLInputType,
  value: unknown,
  visit: (coordinate: string) => void,
): void {
  if (value === null || value === undefined) return;
  if (isNonNullType(type)) visitValue(type.ofType, value, visit);
  else if (isListType(type)) {
    const elements = Array.isArray(value) ? value : [value];
    for (const element of elements) visitValue(type.ofType, element, visit);
  } else if (isEnumType(type)) visit(`${type.name}.${String(value)}`);
  else if (isInputObjectType(type)) {
    const fields = type.getFields();
    for (const [name, below] of Object.entries(value as object)) {
      const field = fields[name];
      if (field === undefined) continue;
      visit(`${type.name}.${name}`);
      visitValue(field.type, below, visit);
    }
  }
}

/** Visits everything that a value of a type could give. */
export function visitReachable(
  type: GraphQLInputType,
  visit: (coordinate: string) => void,
  seen: Set<string> = new Set(),
): void {
  const named = getNamedType(type);
  if (seen.has(named.name)) return;
  seen.add(named.name);
  if (isEnumType(named)) {
    for (const { name } of named.getValues()) visit(`${named.name}.${name}`);
  } else if (isInputObjectType(named)) {
    for (const field of Object.values(named.getFields())) {
      visit(`${named.name}.${field.name}`);
      visitReachable(field.type, visit, seen);
    }
  }
}
