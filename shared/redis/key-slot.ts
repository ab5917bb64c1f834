/** Slots of a cluster; each key is in one, and each slot on one server. */
const SLOTS = 16_384;

/**
 * The slot of a key: CRC-16 (XMODEM) of what stands between its first braces, or of all of it.
 *
 * @see https://redis.io/docs/latest/operate/oss_and_stack/reference/cluster-spec/#hash-tags
 */
export function toSlot(key: string): number {
  const tag = /\{([^}]+)\}/.exec(key);
  // Only the first opening brace counts.
  const hashed = tag !== null && tag.index === key.indexOf('{') ? (tag[1] ?? key) : key;
  let crc = 0;
  for (const byte of Buffer.from(hashed)) {
    crc ^= byte << 8;
    for (let bit = 0; bit < 8; bit += 1) {
      crc = ((crc & 0x8000) === 0 ? crc << 1 : (crc << 1) ^ 0x1021) & 0xffff;
    }
  }
  return crc % SLOTS;
}

/**
 * Tags of a name that lie in equal parts of all slots, one in each part, the same in every process.
 *
 * @param count Parts; from 1 to a hundred or so.
 */
export function spreadTags(name: string, count: number): readonly string[] {
  const tags: string[] = [];
  for (let number = 0; tags.length < count; number += 1) {
    const tag = `${name}-${number}`;
    if (Math.floor((toSlot(tag) * count) / SLOTS) === tags.length) tags.push(tag);
  }
  return tags;
}
