import type { Paint } from './paint.ts';

/** An operation of a manifest that a supergraph does not answer. */
export interface UnfitOperation {
  readonly id: string;
  /** Null where the manifest does not say. */
  readonly name: string | null;
  /** The only application whose identifier it is; null for all. */
  readonly client: string | null;
  /** At least one; places are those in the text of the operation, counted from 1. */
  readonly problems: readonly {
    readonly code: string;
    readonly message: string;
    readonly locations: readonly { readonly line: number; readonly column: number }[];
  }[];
}

/** Renders what does not fit as a list for a person to read, and how many of how many. */
export function renderUnfitOperations(
  unfit: readonly UnfitOperation[],
  operations: number,
  paint: Paint,
): string {
  const lines = unfit.flatMap((one) => [toTitle(one, paint), ...toProblems(one, paint)]);
  const all = operations === 1 ? '1 operation fits' : `${operations} operations fit`;
  const some = `${unfit.length} of ${operations} operations ${unfit.length === 1 ? 'does' : 'do'} not fit`;
  const sum =
    unfit.length === 0 ? paint.green(`${all} the supergraph.`) : `${some} the supergraph.`;
  return [...lines, sum].map((line) => `${line}\n`).join('');
}

function toTitle({ id, name, client }: UnfitOperation, paint: Paint): string {
  const owner = client === null ? '' : ` of ${toPlain(client)}`;
  return `${paint.bold(name === null ? 'unnamed' : toPlain(name))} ${paint.dim(toPlain(id))}${owner}`;
}

function toProblems({ problems }: UnfitOperation, paint: Paint): readonly string[] {
  return problems.map(({ code, message, locations: [place] }) => {
    const where = place === undefined ? '' : ` at ${place.line}:${place.column}`;
    return `  ${paint.red(code)}${where}: ${toPlain(message)}`;
  });
}

/** What a manifest holds must not steer the terminal. */
function toPlain(text: string): string {
  return text.replace(
    /\p{Cc}/gu,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
