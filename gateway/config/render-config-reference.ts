import { z } from 'zod';

import { settings } from './config-schema.ts';
import { issuerSchema } from './issuer-schema.ts';
import { SETTING_NAMES, toFileKey } from './setting-name.ts';

/** What one row of the page says. */
interface Facts {
  readonly description: string;
  readonly unit: string;
  readonly bounds: string;
  readonly fallback: string;
}

/** Renders `docs/reference/configuration.md` from the schema: Markdown, ending in a newline. */
export function renderConfigReference(): string {
  const rows = SETTING_NAMES.map((name) => {
    const { description, unit, bounds, fallback } = readFacts(settings[name]);
    const spelling = `\`${name}\`<br>\`${toFileKey(name)}\``;
    return `| ${spelling} | ${description} | ${unit} | ${bounds} | ${fallback} |`;
  });
  const issuerRows = Object.entries(issuerSchema.shape).map(([name, schema]) => {
    const { description, fallback } = readFacts(schema);
    const otherwise = schema instanceof z.ZodOptional ? 'see there' : 'required';
    return `| \`${name}\` | ${description} | ${fallback || otherwise} |`;
  });
  return `${[
    '# Configuration',
    '',
    'Generated from `gateway/config/config-schema.ts`; do not edit.',
    '',
    'A setting is taken from the environment, then from the file that `--config` or `CONFIG_FILE`',
    'names (YAML, with the second spelling), then from its default. All problems are reported at',
    'once, and a start with a problem is refused.',
    '',
    '| setting | meaning | unit | bounds | default |',
    '| --- | --- | --- | --- | --- |',
    ...rows,
    '',
    '## An issuer',
    '',
    'Each element of `ISSUERS`:',
    '',
    '| key | meaning | default |',
    '| --- | --- | --- |',
    ...issuerRows,
  ].join('\n')}\n`;
}

/** Walks from the outermost wrapper (default, nullable, optional) inwards; the outer word wins. */
function readFacts(schema: z.ZodType): Facts {
  const meta = schema.meta() ?? {};
  const own = {
    description: meta.description ?? '',
    unit: String(meta.unit ?? ''),
    bounds: String(meta.bounds ?? ''),
    fallback: renderFallback(schema),
  };
  if (
    !(
      schema instanceof z.ZodDefault ||
      schema instanceof z.ZodNullable ||
      schema instanceof z.ZodOptional
    )
  )
    return own;

  const inner = readFacts(schema.unwrap() as z.ZodType);
  return {
    description: own.description || inner.description,
    unit: own.unit || inner.unit,
    bounds: own.bounds || inner.bounds,
    fallback: own.fallback || inner.fallback,
  };
}

function renderFallback(schema: z.ZodType): string {
  const byMode = schema.meta()?.byMode as Record<string, unknown> | undefined;
  if (byMode !== undefined)
    return Object.entries(byMode)
      .map(([mode, value]) => `\`${value}\` in ${mode}`)
      .join(', ');
  if (!(schema instanceof z.ZodDefault)) return '';
  const value: unknown = schema.parse(undefined);
  if (value === null) return 'not set';
  if (Array.isArray(value))
    return value.length === 0 ? 'none' : value.map((item) => `\`${item}\``).join(', ');
  if (typeof value === 'object') return 'none';
  return `\`${value}\``;
}
