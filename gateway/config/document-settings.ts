import { choice, flag, list, path, whole } from './setting-types.ts';

const KIBIBYTE = 1024;
const MEBIBYTE = 1024 * KIBIBYTE;

/** Which documents are answered, and which of them by an identifier. */
export const documentSettings = {
  AUTOMATIC_PERSISTED_QUERIES: flag()
    .default(true)
    .describe(
      'Whether clients may register documents and ask by their hash from then on; of no effect with `PERSISTED_OPERATIONS=only`.',
    ),
  PERSISTED_QUERIES_BYTES: whole('bytes', 64 * KIBIBYTE, 1024 * MEBIBYTE)
    .default(16 * MEBIBYTE)
    .describe(
      'Memory in each process for registered documents, by an estimate; the least recently used goes first, and one caller or network has an eighth.',
    ),
  PERSISTED_QUERIES_TTL_SECONDS: whole('seconds', 60, 365 * 86_400)
    .default(86_400)
    .describe('How long Redis keeps a registered document after it was last asked for there.'),
  PERSISTED_OPERATIONS: choice('off', 'prefer', 'only')
    .default('off')
    .describe(
      'What the operation list is for: `prefer` answers its identifiers and counts all else, `only` refuses all else.',
    ),
  PERSISTED_OPERATIONS_FILES: list('paths', path())
    .default([])
    .describe(
      'Persisted operation manifests of Apollo or Relay that make the operation list; followed when they change.',
    ),
  PERSISTED_OPERATIONS_REQUIRE_ID: flag()
    .default(false)
    .describe('With `only`: whether texts are refused also where they are in the list.'),
} as const;

interface ListSettings {
  readonly PERSISTED_OPERATIONS: 'off' | 'prefer' | 'only';
  readonly PERSISTED_OPERATIONS_FILES: readonly string[];
  readonly PERSISTED_OPERATIONS_REQUIRE_ID: boolean;
}

/** @returns The setting that does not fit the others, and what was expected; null when all fit. */
export function findDocumentConflict(
  settings: ListSettings,
): readonly [setting: keyof ListSettings, message: string] | null {
  const { PERSISTED_OPERATIONS: mode, PERSISTED_OPERATIONS_FILES: files } = settings;
  if (mode !== 'off' && files.length === 0) {
    return ['PERSISTED_OPERATIONS_FILES', `expected a file while PERSISTED_OPERATIONS is ${mode}`];
  }
  if (settings.PERSISTED_OPERATIONS_REQUIRE_ID && mode !== 'only') {
    return [
      'PERSISTED_OPERATIONS_REQUIRE_ID',
      'expected false while PERSISTED_OPERATIONS is not only',
    ];
  }
  return null;
}
