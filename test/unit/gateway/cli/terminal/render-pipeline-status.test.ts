import { expect, test } from 'vitest';

import { createPaint } from '../../../../../gateway/cli/terminal/paint.ts';
import {
  needsAttention,
  renderPipelineStatus,
} from '../../../../../gateway/cli/terminal/render-pipeline-status.ts';
import type { PlatformStatus } from '../../../../../gateway/control/pipeline/read-pipeline-status.ts';
import { keepText } from '../../../../support/text-stream.ts';

const SUCCEEDED = {
  outcome: 'succeeded',
  finishedAt: '2026-11-22T10:00:00Z',
  durationMs: 12,
  rows: 793,
  problem: null,
  sameFile: true,
} as const;

function statusWith(
  migration: PlatformStatus['products'][number]['migrations'][number]['state'],
  lastRun: PlatformStatus['products'][number]['pipelines'][number]['lastRun'],
  rowRules: PlatformStatus['products'][number]['rowRules'] = 'applied',
): PlatformStatus {
  return {
    landing: { rows: 9994, loadedAt: '2026-11-22T09:00:00Z' },
    products: [
      {
        product: 'orders',
        migrations: [
          {
            file: '0001-order.sql',
            state: migration,
            appliedAt: migration === 'pending' ? null : '2026-11-22T09:30:00Z',
          },
        ],
        rowRules,
        pipelines: [{ file: '0001-order.sql', lastRun }],
      },
    ],
  };
}

const plain = createPaint(keepText(), {});

test('lists source lines, migrations and latest runs', () => {
  expect(renderPipelineStatus(statusWith('applied', SUCCEEDED), plain)).toBe(
    `9994 source lines, loaded 2026-11-22T09:00:00Z

orders
  migrations/0001-order.sql  applied 2026-11-22T09:30:00Z
  product.odps.yaml rowRules  applied
  pipeline/0001-order.sql  succeeded 2026-11-22T10:00:00Z, 793 rows in 12 ms
`,
  );
});

test('says why a run failed', () => {
  const failed = { ...SUCCEEDED, outcome: 'failed', problem: 'column "x" does not exist' } as const;

  expect(renderPipelineStatus(statusWith('applied', failed), plain)).toContain(
    'failed 2026-11-22T10:00:00Z: column "x" does not exist',
  );
});

test('needs nobody when everything is applied and has run', () => {
  expect(needsAttention(statusWith('applied', SUCCEEDED))).toBe(false);
});

test('does not speak of row rules where none are declared', () => {
  const status = statusWith('applied', SUCCEEDED, 'none');

  expect(renderPipelineStatus(status, plain)).not.toContain('rowRules');
  expect(needsAttention(status)).toBe(false);
});

test('does not mind a file that an earlier version has left behind', () => {
  expect(needsAttention(statusWith('file missing', SUCCEEDED))).toBe(false);
});

test.each([
  ['a migration is pending', statusWith('pending', SUCCEEDED)],
  ['an applied migration was edited', statusWith('changed', SUCCEEDED)],
  ['a pipeline has never run', statusWith('applied', null)],
  ['row rules were declared anew', statusWith('applied', SUCCEEDED, 'pending')],
  ['policies were changed by hand', statusWith('applied', SUCCEEDED, 'changed')],
  ['the latest run failed', statusWith('applied', { ...SUCCEEDED, outcome: 'failed' })],
  ['a pipeline was edited since', statusWith('applied', { ...SUCCEEDED, sameFile: false })],
  ['nothing is landed', { ...statusWith('applied', SUCCEEDED), landing: null }],
])('needs attention when %s', (_, status) => {
  expect(needsAttention(status)).toBe(true);
});
