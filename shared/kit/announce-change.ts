import {
  CHANGE_CHANNEL,
  type ChangeNotice,
  type EntityChange,
  writeChangeNotice,
} from '../changes/change-notice.ts';
import type { ProductTransaction } from './product-database.ts';

/**
 * Tells every gateway on the product's database that data has changed, so that none gives answers
 * that were read before. They hear of it when the transaction commits, and not at all when it
 * rolls back.
 *
 * @param product The product's name, as in `defineProduct`.
 * @param changed Names of the object types whose data has changed, those of lists and figures made of
 *   it included; or one type and the keys of its entities that have changed, where nothing else has;
 *   left out for everything. No keys say nothing; more than 200 keys, or 7,900 bytes, count as the type alone.
 */
export async function announceChange(
  transaction: ProductTransaction,
  product: string,
  changed: readonly string[] | EntityChange | null = null,
): Promise<void> {
  if (changed === null || isNames(changed)) await tell(transaction, { product, types: changed });
  else if (changed.keys.length > 0) await tell(transaction, { product, ...changed });
}

/** `Array.isArray` does not know of lists that are not written into. */
function isNames(changed: readonly string[] | EntityChange): changed is readonly string[] {
  return Array.isArray(changed);
}

async function tell(transaction: ProductTransaction, notice: ChangeNotice): Promise<void> {
  const text = writeChangeNotice(notice);
  await transaction.query('SELECT pg_notify($1, $2)', [CHANGE_CHANNEL, text]);
}
