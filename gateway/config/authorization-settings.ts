import { choice, path, whole } from './setting-types.ts';

/** Who may use what of the supergraph, and what happens to an operation that asks for more. */
export const authorizationSettings = {
  AUTHORIZATION_MODE: choice('filter', 'reject')
    .default('filter')
    .describe(
      'What happens to an operation that asks for too much: its fields become null, or nothing runs.',
    ),
  POLICY_FOLDER: path()
    .nullable()
    .default(null)
    .describe(
      'Folder of Cedar files (`*.cedar`) that decide the names of `@policy`; unset takes those that come with the gateway.',
    ),
  GRANTS_TRUSTED_SECONDS: whole('seconds', 1, 300)
    .default(5)
    .describe(
      'How long grants are used after the database was last asked; without an answer, then nothing is open by a grant.',
    ),
} as const;
