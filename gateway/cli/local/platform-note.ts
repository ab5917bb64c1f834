import type { PlatformProgress } from '../../control/pipeline/prepare-platform.ts';

/** Says in a few words what has just been done to the database. */
export function toPlatformNote(event: PlatformProgress): string {
  switch (event.step) {
    case 'waiting':
      return 'another process prepares this database; waiting for it';
    case 'migration':
      return `${event.product}: applied ${event.file}`;
    case 'row rules':
      return `${event.product}: made policies from its row rules`;
    case 'landing':
      return `loaded ${event.rows} source lines`;
    case 'pipeline':
      return `${event.product}: ran ${event.file}, ${event.rows} rows in ${Math.round(event.durationMs)} ms`;
  }
}
