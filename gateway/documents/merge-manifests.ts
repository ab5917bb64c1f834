import {
  type ListedOperation,
  type ManifestOutcome,
  parseManifest,
  toListKey,
} from './parse-manifest.ts';

/** A manifest as it stands in its file. */
export interface NamedManifest {
  readonly file: string;
  readonly text: string;
}

/** Reads several manifests into one list; an identifier means the same in all of them. */
export function mergeManifests(manifests: readonly NamedManifest[]): ManifestOutcome {
  const problems: string[] = [];
  const merged = new Map<string, ListedOperation>();
  for (const { file, text } of manifests) {
    const outcome = parseManifest(text);
    if (!outcome.ok) {
      problems.push(...outcome.problems.map((problem) => `${file}: ${problem}`));
      continue;
    }
    for (const operation of outcome.operations) {
      const key = toListKey(operation.id, operation.client);
      const other = merged.get(key);
      merged.set(key, operation);
      if (other === undefined || other.body === operation.body) continue;
      problems.push(`${file}: ${key}: expected the text that another file has, but found another`);
    }
  }
  const operations = [...merged.values()];
  return problems.length > 0 ? { ok: false, problems } : { ok: true, operations };
}
