/**
 * The part of an address that one client cannot change at will: all of an IPv4 address, also when
 * it is written as IPv6, and the first 64 bits of an IPv6 address, which are one network.
 *
 * @param address As the edge gives it; a text that is no address stands for itself.
 * @see https://www.rfc-editor.org/rfc/rfc4291#section-2.5.1
 */
export function toClientNetwork(address: string): string {
  const version4 = /^(?:::ffff:)?(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1];
  if (version4 !== undefined || !address.includes(':')) return version4 ?? address;

  const [head = '', tail = ''] = address.split('::', 2).map((part) => part.split(':'));
  const zeros = address.includes('::') ? Array(8 - head.length - tail.length).fill('0') : [];
  const groups = [...head, ...zeros, ...tail].slice(0, 4);
  return `${groups.map((group) => Number.parseInt(group || '0', 16).toString(16)).join(':')}::/64`;
}
