/**
 * `contract.odcs.yaml`: what a data product promises about its data: columns, classes,
 * quality, service levels, and who can ask for access. The parts of ODCS 3.1.0 that the
 * mesh uses, typed.
 *
 * @see https://github.com/bitol-io/open-data-contract-standard
 * @module
 */

import { z } from 'zod';

import { type ContractColumn, contractTable } from './contract-table.ts';
import type { Parsed } from './descriptor-problem.ts';
import { parseDescriptor } from './parse-descriptor.ts';
import {
  authoritativeDefinitions,
  contractUrn,
  customProperties,
  description,
  instant,
  productUrn,
  semanticVersion,
  slug,
  stableId,
  status,
  support,
  tags,
  team,
  text,
} from './standard-parts.ts';

const serverBase = {
  id: stableId.optional(),
  server: text,
  description: text.optional(),
  environment: text.optional(),
  customProperties,
};

/** The standard knows 34 kinds of server; these are the ones a product of the mesh has. */
const server = z.discriminatedUnion('type', [
  z.strictObject({ ...serverBase, type: z.literal('api'), location: z.url() }),
  z.strictObject({
    ...serverBase,
    type: z.enum(['postgres', 'postgresql']),
    host: text,
    port: z.int().min(1).max(65_535),
    database: text,
    schema: text,
  }),
  z.strictObject({
    ...serverBase,
    type: z.literal('duckdb'),
    database: text,
    schema: text.optional(),
  }),
  z.strictObject({ ...serverBase, type: z.literal('local'), path: text, format: text }),
]);

/** Something a consumer can ask for. */
const role = z.strictObject({
  id: stableId.optional(),
  role: text,
  description: text,
  access: text.optional(),
  firstLevelApprovers: text.optional(),
  secondLevelApprovers: text.optional(),
  customProperties,
});

const serviceLevel = z.strictObject({
  id: stableId.optional(),
  property: text,
  value: z.union([z.string(), z.number(), z.boolean(), z.null()]),
  valueExt: z.union([z.string(), z.number(), z.boolean(), z.null()]).optional(),
  unit: text.optional(),
  element: text.optional(),
  driver: text.optional(),
  description: text.optional(),
  scheduler: text.optional(),
  schedule: text.optional(),
});

const contract = z.strictObject({
  apiVersion: z.literal('v3.1.0'),
  kind: z.literal('DataContract'),
  id: contractUrn,
  name: text,
  version: semanticVersion,
  status,
  domain: slug,
  tenant: slug,
  dataProduct: productUrn,
  description,
  tags,
  servers: z.array(server).min(1),
  schema: z.array(contractTable).min(1),
  team,
  roles: z.array(role).default([]),
  slaProperties: z.array(serviceLevel).default([]),
  price: z
    .strictObject({ priceAmount: z.number(), priceCurrency: text, priceUnit: text })
    .optional(),
  support,
  authoritativeDefinitions,
  customProperties,
  contractCreatedTs: instant.optional(),
});

export type Contract = Readonly<z.output<typeof contract>>;

/** Reads the text of a `contract.odcs.yaml`. Never throws; every problem comes with its line. */
export function parseContract(text: string): Parsed<Contract> {
  return parseDescriptor(contract, text);
}

/** The columns of a table's primary key, in the order of `primaryKeyPosition`. */
export function primaryKeyOf(table: Contract['schema'][number]): readonly ContractColumn[] {
  return table.properties
    .filter((column) => column.primaryKey)
    .sort((left, right) => (left.primaryKeyPosition ?? 0) - (right.primaryKeyPosition ?? 0));
}
