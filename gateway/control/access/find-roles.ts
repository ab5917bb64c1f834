import { MeshgateError } from '../../../shared/errors/meshgate-error.ts';
import type { TransactionClient } from '../../../shared/postgres/in-transaction.ts';
import type { RequestFacts } from './access-records.ts';
import type { ApproverRole } from './access-terms.ts';
import { findProduct, listAccessTerms } from './access-terms-store.ts';
import { rolesOf, rolesThatMayAnswer } from './approval-rules.ts';
import { findToday } from './find-today.ts';

/**
 * Finds the roles in which somebody decides about a request, or the grant that came of it.
 *
 * @param among Those that count; absent for those that may answer this request.
 * @throws {MeshgateError} `ACCESS_NOT_DECIDER` when there are none.
 */
export async function findRoles(
  client: TransactionClient,
  request: RequestFacts,
  person: string,
  among: readonly ApproverRole[] = rolesThatMayAnswer(request),
): Promise<readonly ApproverRole[]> {
  const { product } = request;
  const terms = findProduct(await listAccessTerms(client), product);
  const today = await findToday(client);
  const rolesIn = (name: string) =>
    rolesOf(name, terms, today).filter((role) => among.includes(role));
  const roles = rolesIn(person);
  if (roles.length > 0) return roles;
  const deciders = terms.members
    .filter(({ name, role }) => rolesIn(name).some((held) => held === role))
    .map(({ name, role }) => `${name} (${role})`)
    .join(', ');
  throw new MeshgateError('ACCESS_NOT_DECIDER', {
    message: `Expected an ${among.join(' or ')} of ${product}, which are ${deciders || 'none'}, but got ${person}.`,
  });
}
