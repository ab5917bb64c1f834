import type { Summary, SummaryRow } from './summarise.ts';

interface Column {
  readonly title: string;
  readonly cell: (row: SummaryRow) => string;
}

const times = (ratio: number | null) => (ratio === null ? '–' : `${ratio.toFixed(2)}×`);

const COLUMNS: readonly Column[] = [
  { title: 'workload', cell: ({ workload }) => workload },
  { title: 'gateway', cell: ({ contestant }) => contestant },
  { title: 'req/s', cell: ({ requestsPerSecond }) => requestsPerSecond.toLocaleString('en') },
  {
    title: 'min..max',
    cell: ({ slowest, fastest }) =>
      `${slowest.toLocaleString('en')}..${fastest.toLocaleString('en')}`,
  },
  { title: 'p50 ms', cell: ({ p50 }) => p50.toFixed(2) },
  { title: 'p99 ms', cell: ({ p99 }) => p99.toFixed(2) },
  { title: 'memory MiB', cell: ({ memory }) => String(memory ?? '–') },
  { title: 'calls/req', cell: ({ callsPerRequest }) => String(callsPerRequest) },
  { title: 'to stock', cell: ({ toStock }) => times(toStock) },
  { title: 'to floor', cell: ({ toFloor }) => times(toFloor) },
  { title: 'to base', cell: ({ toBase }) => times(toBase) },
];

/** The table as Markdown, which also reads well on a terminal. */
export function renderTable({ rows }: Summary): string {
  const body = rows.map((row) => COLUMNS.map(({ cell }) => cell(row)));
  const widths = COLUMNS.map(({ title }, column) =>
    Math.max(title.length, ...body.map((cells) => cells[column]?.length ?? 0)),
  );
  const pad = (text: string, column: number) =>
    column < 2 ? text.padEnd(widths[column] ?? 0) : text.padStart(widths[column] ?? 0);
  const line = (cells: readonly string[]) => `| ${cells.map(pad).join(' | ')} |`;
  const rule = widths.map((width, column) =>
    column < 2 ? '-'.repeat(width) : `${'-'.repeat(width - 1)}:`,
  );
  return `${[line(COLUMNS.map(({ title }) => title)), line(rule), ...body.map(line)].join('\n')}\n`;
}

/** So many times as many rounds has what is measured anew, with processes of its own, in each. */
export const COLD_ROUNDS = 3;

function renderCold({ rows, rounds }: Summary): string {
  const cold = rows.find(({ workload }) => workload === 'never the same')?.rounds ?? rounds;
  if (cold === rounds) return '';
  return `
In \`never the same\` each round has processes of its own, and there are ${cold} of them: little is measured there, and
two processes of one program differ by as much.
`;
}

/** `docs/reference/benchmarks.md`, from `benchmarks.json` beside it and nothing else. */
export function renderPage(summary: Summary): string {
  const { command, date, commit, node, machine, rounds, seconds, warmSeconds, load, pinning } =
    summary;
  const who = new Map(summary.rows.map((row) => [`${row.contestant}: ${row.about}`, row]));
  return `# Benchmarks

Written by \`${command}\` on ${date}; do not edit. Commit ${commit}, Node ${node}, ${machine}.

Figures are medians of ${rounds} rounds of ${seconds} s; *min..max* are the slowest and the fastest round, *memory* is the
peak of all. Before that, all give the same answer, and each is under load for ${warmSeconds ?? 'some'} s. Load comes from ${load};
processes are kept on cores by ${pinning}: each gateway has one to itself, load and subgraphs share the other. One
gateway is measured at a time. All subgraphs but those of mesh answer from memory. A process goes
through the workloads in the order of the table, so its memory still holds what the earlier ones left.

*To floor* is the ratio to \`transport floor\`, *to base* that to \`meshgate\`. In the workloads named after what is kept, and in
\`never the same\`, they are the ratios to \`bare route\` and to \`meshgate, nothing kept\`.
${renderCold(summary)}
Rounds differ by what *min..max* shows. Where these overlap for two rows, their ratio does not say which is faster.

${renderTable(summary)}
${[...who.keys()].map((line) => `- ${line}`).join('\n')}
${summary.notes.map((note) => `\n${note}\n`).join('')}`;
}
