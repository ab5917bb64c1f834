/** How a command ends: well, with a finding or failure, or because it was called wrongly. */
export const EXIT = { ok: 0, finding: 1, usage: 2 } as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];
