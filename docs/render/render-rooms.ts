import type { ICruiseResult } from 'dependency-cruiser';

import { renderTable } from './markdown-table.ts';

/** Rooms that everything stands on: arrows to them would hide all others. */
const FLOOR: ReadonlySet<string> = new Set(['shared/errors', 'shared/lang']);
const WIRING = 'gateway';

/**
 * Renders `docs/reference/rooms.md`, which room uses which: Markdown, ending in a newline.
 *
 * @param cruised Modules of `gateway`, `subgraphs` and `shared` with what they import.
 */
export function renderRooms(cruised: ICruiseResult): string {
  const uses = collectUses(cruised);
  const rooms = [...uses.keys()].toSorted();
  const arrows = rooms
    .filter((room) => room !== WIRING)
    .flatMap((room) =>
      [...(uses.get(room) ?? [])]
        .filter((used) => !FLOOR.has(used))
        .toSorted()
        .map((used) => `  ${toId(room)} --> ${toId(used)}`),
    );
  const names = [...new Set(arrows.flatMap((arrow) => arrow.trim().split(' --> ')))].toSorted();
  return `${[
    '# Rooms',
    '',
    'Generated from the imports in the sources; do not edit. `.dependency-cruiser.mjs` holds the rules that',
    'these arrows obey and the reason for each.',
    '',
    'Not drawn: the files of `gateway/` itself, which wire the rooms together, and the arrows to',
    '`shared/errors` and `shared/lang`, which every room may use.',
    '',
    '```mermaid',
    'flowchart LR',
    ...names.map((id) => `  ${id}["${fromId(id)}"]`),
    ...arrows,
    '```',
    '',
    ...renderTable(
      ['room', 'uses'],
      rooms.map((room) => [
        `\`${room}\``,
        [...(uses.get(room) ?? [])]
          .toSorted()
          .map((used) => `\`${used}\``)
          .join(', '),
      ]),
    ),
  ].join('\n')}\n`;
}

function collectUses({ modules }: ICruiseResult): ReadonlyMap<string, ReadonlySet<string>> {
  const uses = new Map<string, Set<string>>();
  for (const { source, dependencies } of modules) {
    const room = toRoom(source);
    if (room === null) continue;
    const used = uses.get(room) ?? new Set();
    uses.set(room, used);
    for (const { resolved } of dependencies) {
      const target = toRoom(resolved);
      if (target !== null && target !== room) used.add(target);
    }
  }
  return uses;
}

/** @returns Null for what is not part of the project's sources. */
function toRoom(path: string): string | null {
  const [top = '', second = '', third, fourth] = path.split('/');
  if (!['gateway', 'subgraphs', 'shared'].includes(top)) return null;
  if (third === undefined) return top;
  return top === 'gateway' && second === 'control' && fourth !== undefined
    ? `${top}/${second}/${third}`
    : `${top}/${second}`;
}

/** Mermaid reads some words and signs of a node's name as syntax. */
function toId(room: string): string {
  return room.replaceAll('/', '__');
}

function fromId(id: string): string {
  return id.replaceAll('__', '/');
}
