import pg from 'pg';

export type TransactionMode = 'read-only' | 'read-write';

const BEGIN: Readonly<Record<TransactionMode, string>> = {
  // One snapshot for all statements, so that a list and its total agree.
  'read-only': 'BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY',
  'read-write': 'BEGIN',
};

/**
 * Writes the script that opens a transaction and sets run-time parameters for its
 * duration only: one round trip, and nothing is left on the connection afterwards.
 *
 * @param parameters Names and values; both are escaped as literals.
 * @see https://www.postgresql.org/docs/current/functions-admin.html#FUNCTIONS-ADMIN-SET
 */
export function toBeginStatement(
  mode: TransactionMode,
  parameters: Readonly<Record<string, string>> = {},
): string {
  const settings = Object.entries(parameters).map(
    ([name, value]) => `set_config(${pg.escapeLiteral(name)}, ${pg.escapeLiteral(value)}, true)`,
  );
  return settings.length === 0 ? BEGIN[mode] : `${BEGIN[mode]}; SELECT ${settings.join(', ')}`;
}
