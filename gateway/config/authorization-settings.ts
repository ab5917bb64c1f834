import { secretReference } from './secret-reference.ts';
import { choice, path, whole } from './setting-types.ts';

/** Who may use what of the supergraph, and what happens to an operation that asks for more. */
export const authorizationSettings = {
  AUTHORIZATION_MODE: choice('filter', 'reject', 'dry_run')
    .default('filter')
    .describe(
      'What happens to an operation that asks for too much: its fields become null, or nothing runs. `dry_run` protects nothing: it answers everything and lists what would be refused.',
    ),
  AUTHORIZATION_ERRORS: choice('errors', 'extensions', 'disabled')
    .default('errors')
    .describe(
      'Where a client reads what it was refused: among the errors, in `extensions.authorizationErrors`, or nowhere. In a dry run, never among the errors.',
    ),
  INTROSPECTION_SHOWS: choice('all', 'usable')
    .default('all')
    .describe(
      'Whether introspection shows a caller the whole supergraph, or only what that caller can use.',
    ),
  EXPLAIN_ACCESS: choice('on', 'off', 'authenticated')
    .default('authenticated')
    .describe(
      'Who is told in `extensions.access`, on request, why something is refused or masked: everybody, nobody, or known callers. It tells what protects a field.',
    ),
  POLICY_FOLDER: path()
    .nullable()
    .default(null)
    .describe(
      'Folder of Cedar files (`*.cedar`) that decide the names of `@policy`, looked at again when one changes; unset takes those that come with the gateway.',
    ),
  CLASSIFICATION_RULES: path()
    .nullable()
    .default(null)
    .describe(
      'File of the rules that say what follows from how data is classified, looked at again when it changes; unset takes the one that comes with the gateway.',
    ),
  MASK_SECRET: secretReference()
    .nullable()
    .default(null)
    .describe(
      'Where the secret is that keyed hashes of masked values are made with, `env:NAME` or `file:PATH`; unset lets no rule hash.',
    ),
  GRANTS_TRUSTED_SECONDS: whole('seconds', 1, 300)
    .default(5)
    .describe(
      'How long grants are used after the database was last asked; without an answer, then nothing is open by a grant.',
    ),
} as const;
