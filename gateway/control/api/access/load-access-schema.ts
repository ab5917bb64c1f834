import { readFile } from 'node:fs/promises';

import { PROJECT_ROOT } from '../../../../shared/lang/project-root.ts';

/** Name of the subgraph. */
export const ACCESS_API = 'access';

/** Loads the SDL of the subgraph, for composition. */
export function loadAccessSchema(): Promise<string> {
  return readFile(new URL('gateway/control/api/access/schema.graphql', PROJECT_ROOT), 'utf8');
}
