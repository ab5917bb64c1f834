import type { DirectiveNode } from 'graphql';
import { z } from 'zod';

import { graphqlAggregatesOf, graphqlFieldsOf } from '../../../shared/contract/contract-table.ts';
import type { Contract } from '../../../shared/contract/data-contract.ts';
import type { ProductFolder } from '../../../shared/contract/load-product-folder.ts';
import {
  directivesNamed,
  indexSdl,
  type SdlIndex,
  walkFields,
} from '../../../shared/contract/sdl-index.ts';
import { findCustomProperty } from '../../../shared/contract/standard-parts.ts';
import { MeshgateError } from '../../../shared/errors/meshgate-error.ts';
import {
  type AccessTerms,
  agreementUrl,
  autoApproval,
  type Classification,
  stricterOf,
  strictestOf,
} from './access-terms.ts';

const DAY_SECONDS = 86_400;

/** The custom property `accessPolicy` of a descriptor; row rules are no business of this room. */
const accessPolicy = z.object({
  autoApprove: z.array(autoApproval).default([]),
  maxGrantDays: z.int().min(1).max(366).default(90),
  reviewAfterDays: z.int().min(1).max(366).default(90),
  purposes: z.array(z.string().min(1)).default([]),
  partnerIssuers: z.array(z.string().min(1)).default([]),
});

/**
 * Builds what has to be known of a data product from its folder.
 *
 * A field that the contract does not classify counts as the strictest class of its product: what
 * is not known to be harmless is not taken for it.
 *
 * @throws {MeshgateError} `DESCRIPTOR_INVALID` when the custom property `accessPolicy` is misshapen.
 */
export function buildAccessTerms({ name, descriptor, contract, sdl }: ProductFolder): AccessTerms {
  const policy = accessPolicy.safeParse(
    findCustomProperty(descriptor.customProperties, 'accessPolicy') ?? {},
  );
  if (!policy.success) {
    const [issue] = policy.error.issues;
    throw new MeshgateError('DESCRIPTOR_INVALID', {
      message: `${name}/product.odps.yaml: customProperties.accessPolicy.${issue?.path.join('.')}: ${issue?.message}.`,
    });
  }
  const { autoApprove, maxGrantDays, reviewAfterDays, purposes, partnerIssuers } = policy.data;
  const columns = contract.schema.flatMap(({ properties }) => properties);
  const index = indexSdl(sdl);
  const strictest = strictestOf(columns.map(({ classification }) => classification));
  return {
    product: name,
    tenant: descriptor.tenant,
    members: descriptor.team.members.map(({ username, role, dateIn, dateOut }) => ({
      name: username,
      role,
      since: dateIn ?? null,
      until: dateOut ?? null,
    })),
    strictest,
    classes: classify(index, findClasses(contract, index), strictest),
    autoApprove,
    maxGrantSeconds: maxGrantDays * DAY_SECONDS,
    reviewAfterSeconds: reviewAfterDays * DAY_SECONDS,
    purposes,
    partnerIssuers,
    agreement: findAgreement(descriptor) ?? findAgreement(contract),
  };
}

/** A link that is none of https counts as none: nobody could hold a partner to it. */
function findAgreement({
  authoritativeDefinitions,
}: Pick<Contract, 'authoritativeDefinitions'>): string | null {
  const isAgreement = ({ type, url }: (typeof authoritativeDefinitions)[number]) =>
    type === 'legalAgreement' && agreementUrl.safeParse(url).success;
  return authoritativeDefinitions.find(isAgreement)?.url ?? null;
}

/** Classes of the fields at which columns, and figures made from them, surface. */
function findClasses(contract: Contract, index: SdlIndex): ReadonlyMap<string, Classification> {
  const found = new Map<string, Classification>();
  for (const table of contract.schema) {
    for (const column of table.properties) {
      const ways = [...graphqlFieldsOf(table, column), ...graphqlAggregatesOf(column)];
      for (const way of ways) {
        const steps = walkFields(index, way);
        if (typeof steps === 'string') continue;
        for (const { parent, field } of steps) {
          const coordinate = `${parent.name}.${field.name.value}`;
          const before = found.get(coordinate) ?? 'public';
          found.set(coordinate, stricterOf(before, column.classification));
        }
      }
    }
  }
  return found;
}

/** Classes of the types and fields that bear a requirement: there is nothing to grant of others. */
function classify(
  index: SdlIndex,
  known: ReadonlyMap<string, Classification>,
  strictest: Classification,
): Record<string, Classification> {
  const classes: Record<string, Classification> = {};
  for (const { name, directives, fields } of index.values()) {
    const coordinates = [...fields].map(([field, node]) => [`${name}.${field}`, node] as const);
    for (const [coordinate, node] of coordinates) {
      if (isProtected(node.directives)) classes[coordinate] = known.get(coordinate) ?? strictest;
    }
    const ofFields = coordinates.flatMap(([coordinate]) => known.get(coordinate) ?? []);
    if (isProtected(directives)) {
      classes[name] = ofFields.length === 0 ? strictest : strictestOf(ofFields);
    }
  }
  return classes;
}

function isProtected(directives: readonly DirectiveNode[] | undefined): boolean {
  return directivesNamed(directives, 'authenticated', 'requiresScopes', 'policy').length > 0;
}
