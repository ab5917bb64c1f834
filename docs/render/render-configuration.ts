import { z } from 'zod';

import { renderConfigReference } from '../../gateway/config/render-config-reference.ts';
import { productEnvironmentSchema } from '../../shared/kit/host/product-environment.ts';
import { renderTable } from './markdown-table.ts';

/** Renders `docs/reference/configuration.md`: the gateway's settings, then a product's. */
export function renderConfiguration(): string {
  const rows = Object.entries<z.ZodType>(productEnvironmentSchema.shape).map(([name, schema]) => [
    `\`${name}\``,
    describe(schema),
    schema instanceof z.ZodOptional ? 'no' : 'yes',
  ]);
  return `${[
    renderConfigReference().trimEnd(),
    '',
    '## A data product',
    '',
    'Generated from `shared/kit/host/product-environment.ts`. A data product reads the environment only.',
    '`PORT` and `DATABASE_URL` belong to one product: in a process that hosts several they are called',
    '`ORDERS_PORT`, `ORDERS_DATABASE_URL` and so on.',
    '',
    ...renderTable(['setting', 'meaning', 'required'], rows),
  ].join('\n')}\n`;
}

/** The outer word wins, as it does in the gateway's table. */
function describe(schema: z.ZodType): string {
  const own = schema.meta()?.description;
  if (own !== undefined || !(schema instanceof z.ZodOptional)) return own ?? '';
  return describe(schema.unwrap() as z.ZodType);
}
