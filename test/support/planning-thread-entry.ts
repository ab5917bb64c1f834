/** The planning thread for gateways that run from source: see `planning-thread.mjs`. */
export const PLANNING_THREAD = new URL('planning-thread.mjs', import.meta.url);
