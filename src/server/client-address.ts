import { BlockList, isIPv4 } from 'node:net';
import type { IncomingMessage } from 'node:http';
import { parseRange, plainAddress } from '../config/cidr.ts';

/** No way through proxies is longer than this; who says so made it up. */
const MOST_HOPS = 32;

/**
 * Where requests come from. A proxy says for whom it asks in `X-Forwarded-For`, and so can anybody: the header is read
 * from its right end, where the nearest proxy wrote, and only as far as those are trusted who wrote it.
 */
export class ClientAddresses {
  readonly #trusted: BlockList | null;

  /** `trustedProxies`: addresses and ranges of `server.trustedProxies`. */
  constructor(trustedProxies: readonly string[]) {
    const ranges = trustedProxies.flatMap((text) => parseRange(text) ?? []);
    this.#trusted = ranges.length === 0 ? null : new BlockList();
    for (const { address, prefix, family } of ranges) this.#trusted?.addSubnet(address, prefix, family);
  }

  /**
   * The rightmost address that is no trusted proxy; when all are trusted, the leftmost. The address of the socket when it is
   * not a trusted proxy's, or when something in the header that would have to be relied on is no address.
   */
  of({ headers, socket }: Pick<IncomingMessage, 'headers' | 'socket'>): string {
    const peer = plainAddress(socket.remoteAddress ?? '') ?? '';
    const forwarded = headers['x-forwarded-for'];
    if (this.#trusted === null || forwarded === undefined || !this.#trusts(peer)) return peer;
    const hops = String(forwarded).split(',');
    let client = peer;
    for (const hop of hops.slice(-MOST_HOPS).reverse()) {
      const address = addressOf(hop.trim());
      if (address === null) return peer;
      client = address;
      if (!this.#trusts(address)) break;
    }
    return client;
  }

  #trusts(address: string): boolean {
    return address !== '' && this.#trusted?.check(address, isIPv4(address) ? 'ipv4' : 'ipv6') === true;
  }
}

/** Some proxies write the port as well: `192.0.2.1:4711`, `[2001:db8::1]:4711`. */
function addressOf(hop: string): string | null {
  const [, bracketed, v4] = /^(?:\[([0-9a-f.:]+)\]|([\d.]+))(?::\d{1,5})?$/i.exec(hop) ?? [];
  return plainAddress(bracketed ?? v4 ?? hop);
}
