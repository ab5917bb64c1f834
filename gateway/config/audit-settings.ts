import { secretReference } from './secret-reference.ts';
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
      'What happens to operations on classified data while that many wait, or nothing could be written for AUDIT_FAILING_SECONDS: they are refused; or answered, without a record where there is no room for it, which is logged and counted.',
    ),
  AUDIT_FAILING_SECONDS: whole('seconds', 1, 86_400)
    .default(60)
    .describe(
      'How long writing records may fail before it is as if too many waited. What waits is lost when the process is killed.',
    ),
  AUDIT_ENTITY_KEYS: choice('none', 'hashed', 'plain')
    .default('none')
    .describe(
      'Whether a record names the entities whose classified values were shown, by keyed hashes of their keys or by the keys; products are then asked for these.',
    ),
  AUDIT_KEYS_PER_FIELD: whole('keys', 1, 1000)
    .default(100)
    .describe(
      'Most keys that a record names for each field; of the others it says that there are more.',
    ),
  AUDIT_KEY_SECRET: secretReference()
    .nullable()
    .default(null)
    .describe(
      'Where the secret is that hashes of keys are made with, `env:NAME` or `file:PATH`; `hashed` needs it, and so does whoever asks for one entity.',
    ),
} as const;
