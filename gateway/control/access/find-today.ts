import type { TransactionClient } from '../../../shared/postgres/in-transaction.ts';

/** Finds the day by the clock of the database, in UTC, such as 2026-01-10. */
export async function findToday(client: TransactionClient): Promise<string> {
  const [row] = await client.query<{ today: string }>(
    "SELECT to_char(now() AT TIME ZONE 'UTC', 'YYYY-MM-DD') AS today",
  );
  return row?.today ?? '';
}
