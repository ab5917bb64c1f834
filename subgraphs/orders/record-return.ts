import { MeshgateError } from '../../shared/errors/meshgate-error.ts';
import { announceChange } from '../../shared/kit/announce-change.ts';
import { runIdempotent } from '../../shared/kit/idempotent.ts';
import type { ProductDatabase, ProductTransaction } from '../../shared/kit/product-database.ts';
import { isOrderLineId } from './source-order-line.ts';
import {
  findReturn,
  insertReturn,
  lockReturnBalance,
  type ReturnBalance,
  type ReturnRow,
} from './source-return.ts';

/** `RecordReturnInput` as it arrives. */
export interface RecordReturnInput {
  readonly orderLineId: string;
  readonly quantity: number;
  readonly reason: string;
  readonly idempotencyKey: string;
}

/**
 * Records that goods of one order line came back, once per caller and idempotency key.
 *
 * Only the return's id is stored under the key, and the return is read under the row
 * rule each time: a caller who has lost the region is not answered with it.
 *
 * @throws {MeshgateError} `INPUT_INVALID`, `ENTITY_NOT_FOUND` or `IDEMPOTENCY_KEY_REUSED`;
 *   nothing is written then.
 */
export function recordReturn(
  database: ProductDatabase,
  input: RecordReturnInput,
): Promise<ReturnRow> {
  const { idempotencyKey, ...goods } = input;
  assertAtLeastOne(goods.quantity);
  // An id of another form would not fit into a statement, and no line has it.
  if (!isOrderLineId(goods.orderLineId)) throw lineNotFound(goods.orderLineId);

  return database.transaction(async (transaction) => {
    const { returnId } = await runIdempotent(
      transaction,
      { operation: 'recordReturn', key: idempotencyKey, input: goods },
      () => writeReturn(transaction, goods),
    );
    const recorded = await findReturn(transaction, returnId);
    if (recorded === null) throw lineNotFound(goods.orderLineId);
    return recorded;
  });
}

type Goods = Omit<RecordReturnInput, 'idempotencyKey'>;

async function writeReturn(
  transaction: ProductTransaction,
  goods: Goods,
): Promise<{ returnId: string }> {
  const balance = await lockReturnBalance(transaction, goods.orderLineId);
  if (balance === null) throw lineNotFound(goods.orderLineId);
  assertWithinBalance(goods, balance);
  const returnId = await insertReturn(transaction, goods);
  if (returnId === null) throw lineNotFound(goods.orderLineId);
  // A return is read through its line alone, and no figure counts it.
  await announceChange(transaction, 'orders', {
    type: 'OrderLine',
    keys: [{ id: goods.orderLineId }],
  });
  return { returnId };
}

function assertAtLeastOne(quantity: number): void {
  if (quantity >= 1) return;
  throw invalidQuantity(`quantity must be at least 1, not ${quantity}.`);
}

function assertWithinBalance({ orderLineId, quantity }: Goods, balance: ReturnBalance): void {
  const { sold, returned } = balance;
  const left = sold - returned;
  if (quantity <= left) return;
  const history = `Of order line ${orderLineId}, ${sold} were sold and ${returned} have come back`;
  throw invalidQuantity(
    left === 0
      ? `${history}, so nothing more can come back.`
      : `${history}, so quantity must be between 1 and ${left}, not ${quantity}.`,
  );
}

function invalidQuantity(message: string): MeshgateError {
  return new MeshgateError('INPUT_INVALID', { message, details: { argument: 'input.quantity' } });
}

/** Says the same whether the line does not exist or is in another region. */
function lineNotFound(orderLineId: string): MeshgateError {
  return new MeshgateError('ENTITY_NOT_FOUND', {
    message: `There is no order line ${JSON.stringify(orderLineId)} in your regions; ids are whole numbers such as 1.`,
    details: { argument: 'input.orderLineId' },
  });
}
