import { isIP, SocketAddress } from 'node:net';

/** A range of addresses, as `node:net` wants to be told of it. */
export interface AddressRange {
  readonly address: string;
  readonly prefix: number;
  readonly family: 'ipv4' | 'ipv6';
}

/** An IPv4 address that is written as an IPv6 one, once the IPv6 one is in its shortest form. */
const MAPPED = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/;

/** An address in the one form that is compared: without a zone, IPv4 never inside IPv6. Null when it is none. */
export function plainAddress(text: string): string | null {
  const address = text.replace(/%.*$/s, '');
  const version = isIP(address);
  if (version === 0) return null;
  if (version === 4) return address;
  const shortest = new SocketAddress({ address, family: 'ipv6' }).address;
  return MAPPED.exec(shortest)?.[1] ?? shortest;
}

/** Reads `10.0.0.0/8`, `fd00::/8`, or one address alone. Null when it is neither. */
export function parseRange(text: string): AddressRange | null {
  const [, written = '', bits] = /^([0-9a-f.:]+)(?:\/(\d{1,3}))?$/i.exec(text) ?? [];
  const address = plainAddress(written);
  if (address === null) return null;
  const isV4 = isIP(address) === 4;
  const width = isIP(written) === 4 ? 32 : 128;
  const prefix = bits === undefined ? width : Number(bits);
  if (prefix > width) return null;
  if (!isV4) return { address, prefix, family: 'ipv6' };
  // What is wider than all IPv4 addresses means IPv6 addresses, too.
  const prefixV4 = prefix - (width - 32);
  return prefixV4 < 0 ? null : { address, prefix: prefixV4, family: 'ipv4' };
}
