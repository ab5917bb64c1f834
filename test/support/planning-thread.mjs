/**
 * The planning thread, straight from its source: Node 20 does not transform the entry of a thread itself.
 *
 * @module
 */
import { register } from 'tsx/esm/api';

register();
await import('../../gateway/planning/planning-thread.ts');
