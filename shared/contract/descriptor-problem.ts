/** One thing wrong with a standard file of a data product, said so that its author can put it right. */
export interface DescriptorProblem {
  /** The place in the document, such as `outputPorts[0].contractId`; empty for the document itself. */
  readonly path: string;
  /** What belongs there, as a phrase. */
  readonly expected: string;
  /** What stands there, as a phrase of at most 80 characters. */
  readonly given: string;
  /** Line in the file, counted from 1; null where no line can be named. */
  readonly line: number | null;
}

/** A value read from a file, or everything that is wrong with the file. */
export type Parsed<Value> =
  | { readonly ok: true; readonly value: Value }
  | { readonly ok: false; readonly problems: readonly DescriptorProblem[] };

/** Writes a property path the way problems do: `schema[0].name`. */
export function toPathText(path: readonly PropertyKey[]): string {
  return path.reduce<string>((text, step) => {
    if (typeof step === 'number') return `${text}[${step}]`;
    return text === '' ? String(step) : `${text}.${String(step)}`;
  }, '');
}

/** Names a value in a phrase of at most 80 characters, without showing the inside of collections. */
export function describeValue(value: unknown): string {
  if (value === undefined) return 'nothing';
  if (value === null) return 'null';
  if (Array.isArray(value)) return value.length === 0 ? 'an empty list' : 'a list';
  if (typeof value === 'object') return 'a mapping';
  const text = JSON.stringify(value);
  return text.length > 80 ? `${text.slice(0, 77)}..."` : text;
}
