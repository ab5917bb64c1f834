import { MeshgateError } from '../../shared/errors/meshgate-error.ts';
import { announceChange } from '../../shared/kit/announce-change.ts';
import { runIdempotent } from '../../shared/kit/idempotent.ts';
import type { ProductDatabase, ProductTransaction } from '../../shared/kit/product-database.ts';
import { type ContactInput, parseContact } from './parse-contact.ts';
import { type AccountRow, type ContactChange, findAccounts, updateContact } from './source.ts';

/** `UpdateAccountContactInput` as it arrives. */
export interface UpdateAccountContactInput extends ContactInput {
  readonly accountId: string;
  readonly idempotencyKey: string;
}

/**
 * Writes new contact data of one account, once per caller and idempotency key.
 *
 * Only the account's id is stored under the key, so that no personal data outlives the
 * account there; a repeated call is answered with the account as it is by then.
 *
 * @throws {MeshgateError} `INPUT_INVALID`, `ENTITY_NOT_FOUND` or `IDEMPOTENCY_KEY_REUSED`;
 *   nothing is written then.
 */
export function updateAccountContact(
  database: ProductDatabase,
  input: UpdateAccountContactInput,
): Promise<AccountRow> {
  const { accountId, idempotencyKey } = input;
  const change = parseContact(input);

  return database.transaction(async (transaction) => {
    await runIdempotent(
      transaction,
      { operation: 'updateAccountContact', key: idempotencyKey, input: { accountId, ...change } },
      () => writeContact(transaction, accountId, change),
    );
    const [account] = await findAccounts(transaction, [accountId]);
    if (account === undefined) throw accountNotFound(accountId);
    return account;
  });
}

async function writeContact(
  transaction: ProductTransaction,
  accountId: string,
  change: ContactChange,
): Promise<{ accountId: string }> {
  const written = await updateContact(transaction, accountId, change);
  if (!written) throw accountNotFound(accountId);
  await announceChange(transaction, 'accounts', { type: 'Account', keys: [{ id: accountId }] });
  return { accountId };
}

function accountNotFound(accountId: string): MeshgateError {
  return new MeshgateError('ENTITY_NOT_FOUND', {
    message: `There is no account ${accountId}; ids look like A-12520.`,
    details: { argument: 'input.accountId' },
  });
}
