import type { ProductFolder } from '../../../shared/contract/load-product-folder.ts';
import { claimsOfRules } from '../../../shared/contract/row-rules.ts';
import { MeshgateError } from '../../../shared/errors/meshgate-error.ts';

/**
 * Checks that the gateway passes on every claim that row rules of the products look at: without
 * it nobody would see their rows, and nothing would say why.
 *
 * @param rowClaims Names of the claims that are passed on, the setting `ROW_CLAIMS`.
 * @throws {MeshgateError} `CONFIG_INVALID`, with the claims that are missing and who needs them.
 */
export function checkRowClaims(
  products: readonly Pick<ProductFolder, 'name' | 'rowRules'>[],
  rowClaims: readonly string[],
): void {
  const missing = products.flatMap(({ name, rowRules }) =>
    claimsOfRules(rowRules)
      .filter((claim) => !rowClaims.includes(claim))
      .map((claim) => `${claim} (rowRules of ${name})`),
  );
  if (missing.length === 0) return;
  throw new MeshgateError('CONFIG_INVALID', {
    message: `ROW_CLAIMS: expected every claim that row rules look at, but there is ${rowClaims.join(', ') || 'none'}, and not ${missing.join(', ')}. Name them as well; without them nobody sees the rows.`,
  });
}
