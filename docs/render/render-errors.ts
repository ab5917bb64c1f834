import { ERROR_CATALOG, type ErrorEntry } from '../../shared/errors/error-catalog.ts';
import { renderTable } from './markdown-table.ts';

/** Renders `docs/reference/errors.md` from the catalog: Markdown, ending in a newline. */
export function renderErrors(): string {
  const rows = Object.entries<ErrorEntry>(ERROR_CATALOG).map(([code, entry]) => [
    `\`${code}\``,
    String(entry.status),
    entry.audience,
    entry.retryable ? 'yes' : 'no',
    entry.summary,
  ]);
  return `${[
    '# Errors',
    '',
    'Generated from `shared/errors/error-catalog.ts`; do not edit.',
    '',
    'Every error has a code, in `extensions.code` of a GraphQL error and at the start of what a command',
    'prints. A code is never renamed and never used for something else, so it is what a client switches',
    'on. The sentence below is the default; an error may say more about what was expected and given.',
    '',
    '- *status*: the HTTP status when the error ends the request; 200 where it stands beside partial data.',
    '- *for*: who can act on it, the client or the operator of the mesh.',
    '- *retry*: whether the same request may succeed later without a change.',
    '',
    ...renderTable(['code', 'status', 'for', 'retry', 'meaning'], rows),
  ].join('\n')}\n`;
}
