/** A fenced block of a Markdown page. */
export interface MarkdownBlock {
  /** What stands behind the opening fence, such as `sh` or `graphql example`. */
  readonly info: string;
  readonly text: string;
  /** Line of the opening fence, counted from 1. */
  readonly line: number;
}

/** Finds the fenced blocks of a page, in their order. */
export function findMarkdownBlocks(page: string): readonly MarkdownBlock[] {
  const blocks: MarkdownBlock[] = [];
  let open: { readonly info: string; readonly line: number; readonly lines: string[] } | null =
    null;
  for (const [index, line] of page.split('\n').entries()) {
    const [, info] = /^```(.*)$/.exec(line) ?? [];
    if (open === null) {
      if (info !== undefined) open = { info: info.trim(), line: index + 1, lines: [] };
    } else if (info === '') {
      blocks.push({ info: open.info, text: open.lines.join('\n'), line: open.line });
      open = null;
    } else open.lines.push(line);
  }
  return blocks;
}
