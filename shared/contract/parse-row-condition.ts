/** A column held against a claim of the caller. */
export interface RowComparison {
  readonly column: string;
  /** `in`: the column is one of the claim's values; `=`: it is the claim's only value. */
  readonly operator: 'in' | '=';
  /** Name of the claim, without `claims.`. */
  readonly claim: string;
}

/** What was expected where, as a sentence without its full stop; positions count from 1. */
export type ParsedRowCondition =
  | { readonly ok: true; readonly comparisons: readonly RowComparison[] }
  | { readonly ok: false; readonly expected: string };

/** Longest accepted condition, in UTF-16 code units. */
export const MAX_CONDITION_LENGTH = 500;
/** Most comparisons of one condition. */
export const MAX_COMPARISONS = 8;

const NAME = /^[a-z_][a-z0-9_]{0,62}$/i;
const CLAIM = /^claims\.([a-z_][a-z0-9_]{0,62})$/i;
const WORD = /\s*([^\s=]+|=)/y;

interface Word {
  readonly text: string;
  readonly position: number;
}

/**
 * Reads the condition of a row rule: `COLUMN in claims.NAME` or `COLUMN = claims.NAME`, several
 * joined by `and`. Never throws. Columns are written as in the catalogue, case included.
 */
export function parseRowCondition(text: string): ParsedRowCondition {
  if (text.length > MAX_CONDITION_LENGTH) {
    return refuse(`at most ${MAX_CONDITION_LENGTH} characters`);
  }
  const words = toWords(text);
  const comparisons: RowComparison[] = [];
  for (let index = 0; ; index += 4) {
    if (comparisons.length === MAX_COMPARISONS) {
      return refuse(`at most ${MAX_COMPARISONS} comparisons`);
    }
    const comparison = readComparison(words.slice(index, index + 3), text.length + 1);
    if (typeof comparison === 'string') return refuse(comparison);
    comparisons.push(comparison);

    const joint = words[index + 3];
    if (joint === undefined) return { ok: true, comparisons };
    if (joint.text !== 'and') return refuse(`and, or the end, at character ${joint.position}`);
  }
}

function toWords(text: string): readonly Word[] {
  return [...text.matchAll(new RegExp(WORD, 'gy'))].map((match) => {
    const word = match[1] ?? '';
    return { text: word, position: match.index + match[0].length - word.length + 1 };
  });
}

/** @returns What was expected when the words are no comparison. */
function readComparison(
  [column, operator, claim]: readonly Word[],
  end: number,
): RowComparison | string {
  if (column === undefined || !NAME.test(column.text) || column.text === 'and') {
    return `the name of a column at character ${column?.position ?? end}`;
  }
  if (operator === undefined || (operator.text !== 'in' && operator.text !== '=')) {
    return `in or = at character ${operator?.position ?? end}`;
  }
  const name = CLAIM.exec(claim?.text ?? '')?.[1];
  if (name === undefined) return `claims.NAME at character ${claim?.position ?? end}`;
  return { column: column.text, operator: operator.text, claim: name };
}

function refuse(expected: string): ParsedRowCondition {
  return { ok: false, expected };
}
