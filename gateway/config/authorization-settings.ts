import { choice, path } from './setting-types.ts';

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
} as const;
