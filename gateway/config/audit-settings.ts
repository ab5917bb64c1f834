import { choice, flag, whole } from './setting-types.ts';

/** What is kept of who saw classified data, and what happens when it cannot be kept. */
export const auditSettings = {
  AUDIT: flag()
    .default(true)
    .describe(
      'Whether it is recorded who saw or was refused classified data; without DATABASE_URL it is not.',
    ),
  AUDIT_QUEUE: whole('records', 1, 1_000_000)
    .default(10_000)
    .describe('Most records in each process that wait to be written.'),
  AUDIT_WHEN_FULL: choice('refuse', 'serve')
    .default('refuse')
    .describe(
      'What happens to operations on classified data while that many wait: they are refused, or answered without a record, which is logged and counted.',
    ),
} as const;
