import {
  type DefinitionNode,
  type InputValueDefinitionNode,
  Kind,
  parse,
  type StringValueNode,
} from 'graphql';

interface Describable {
  readonly name: { readonly value: string };
  readonly description?: StringValueNode | undefined;
}

/**
 * Lists what a reader of the schema would have to guess at.
 *
 * @returns Coordinates without a description, such as `Order`, `Order.id`, `Query.order(id:)`,
 *   `Region.WEST` or `@cacheControl(maxAge:)`, in the order of the text.
 */
export function findUndescribed(sdl: string): readonly string[] {
  return parse(sdl).definitions.flatMap(undescribedIn);
}

function undescribedIn(definition: DefinitionNode): readonly string[] {
  switch (definition.kind) {
    case Kind.SCHEMA_DEFINITION:
    case Kind.SCHEMA_EXTENSION:
    case Kind.OPERATION_DEFINITION:
    case Kind.FRAGMENT_DEFINITION:
      return [];
    case Kind.DIRECTIVE_DEFINITION:
      return [
        ...unless(definition, `@${definition.name.value}`),
        ...inArguments(`@${definition.name.value}`, definition.arguments),
      ];
    default: {
      const name = definition.name.value;
      // An extension cannot have a description; the type it extends has it.
      const itself = 'description' in definition ? definition : null;
      const extended = definition.kind.endsWith('Extension');
      const members = [
        ...('fields' in definition ? (definition.fields ?? []) : []),
        ...('values' in definition ? (definition.values ?? []) : []),
      ];
      return [
        ...(extended ? [] : unless(itself ?? { name: definition.name }, name)),
        ...members.flatMap((member) => [
          ...unless(member, `${name}.${member.name.value}`),
          ...('arguments' in member
            ? inArguments(`${name}.${member.name.value}`, member.arguments)
            : []),
        ]),
      ];
    }
  }
}

function inArguments(
  owner: string,
  parameters: readonly InputValueDefinitionNode[] | undefined,
): readonly string[] {
  return (parameters ?? []).flatMap((parameter) =>
    unless(parameter, `${owner}(${parameter.name.value}:)`),
  );
}

/** The coordinate, unless the element has a description. */
function unless(element: Describable, coordinate: string): readonly string[] {
  return (element.description?.value ?? '').trim() === '' ? [coordinate] : [];
}
