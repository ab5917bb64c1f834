import { CHANGE_CHANNEL, writeChangeNotice } from '../changes/change-notice.ts';
import type { ProductTransaction } from './product-database.ts';

/**
 * Tells every gateway on the product's database that data has changed, so that none gives answers
 * that were read before. They hear of it when the transaction commits, and not at all when it
 * rolls back.
 *
 * @param product The product's name, as in `defineProduct`.
 * @param types Names of the object types whose data has changed, those of lists and figures made of
 *   it included; left out for all.
 */
export async function announceChange(
  transaction: ProductTransaction,
  product: string,
  types: readonly string[] | null = null,
): Promise<void> {
  const text = writeChangeNotice({ product, types });
  await transaction.query('SELECT pg_notify($1, $2)', [CHANGE_CHANNEL, text]);
}
