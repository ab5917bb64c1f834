import type { ChainReport } from '../../control/audit/verify-chains.ts';

/** Writes what was found of each chain: findings first, then heads to note, then counts. */
export function renderReports(reports: readonly ChainReport[]): string {
  const broken = reports.filter(({ finding }) => finding !== null);
  const lines = broken.map(({ writer, finding }) => {
    if (finding === null) return '';
    const { kind, sequence, place, why } = finding;
    const record = place === null ? '' : `Record ${place} of `;
    return `${record}${place === null ? 'Batch' : 'batch'} ${sequence} of ${writer} was ${kind}: ${why}.`;
  });
  const heads = reports.map(({ head }) => `head ${head}`);
  const total = (count: (report: ChainReport) => number): number =>
    reports.reduce((sum, report) => sum + count(report), 0);
  const counts = `${total((one) => one.records)} records in ${total((one) => one.batches)} batches of ${reports.length} chains`;
  const forgotten = `${total((one) => one.forgotten)} were forgotten`;
  const verdict =
    broken.length === 0
      ? `All is as it was written: ${counts}; ${forgotten}.`
      : `${broken.length} of ${reports.length} chains are not as they were written; ${counts} are, up to there; ${forgotten}.`;
  return `${[...lines, ...heads, verdict].join('\n')}\n`;
}
