import type { ChainReport } from '../../control/audit/verify-chains.ts';
import { toCount } from './to-count.ts';

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
  const records = toCount(
    total((one) => one.records),
    'record',
    'records',
  );
  const batches = toCount(
    total((one) => one.batches),
    'batch',
    'batches',
  );
  const chains = toCount(reports.length, 'chain', 'chains');
  const counts = `${records} in ${batches} of ${chains}`;
  const forgotten = `${toCount(
    total((one) => one.forgotten),
    'record',
    'records',
  )} forgotten`;
  const verdict =
    broken.length === 0
      ? `All is as it was written: ${counts}; ${forgotten}.`
      : `Not all is as it was written: looked at ${counts}; ${forgotten}.`;
  return `${[...lines, ...heads, verdict].join('\n')}\n`;
}
