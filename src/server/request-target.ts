import type { IncomingMessage } from 'node:http';

/** What a request asks for. A target that is no URL, such as `//`, is a path where nothing is. */
export function targetOf(request: IncomingMessage): URL {
  const base = 'http://gateway.invalid';
  const target = request.url ?? '/';
  return new URL(URL.canParse(target, base) ? target : '/not-a-path', base);
}

/** A name, an IPv4 or an IPv6 address, with a port or without. */
const HOST = /^(?:[\w.~-]+|\[[\da-f:.]+\])(?::\d{0,5})?$/i;

/**
 * Leaves nothing in a request that its whole URL could not be made of further on, out of `Host` and target: a target with a
 * host of its own (RFC 9112, 3.2.2) loses it. False for one whose `Host` is none, which is to be refused (3.2).
 */
export function straightenTarget(request: IncomingMessage): boolean {
  if (request.url?.startsWith('/') !== true) {
    const { pathname, search } = targetOf(request);
    request.url = pathname + search;
  }
  const { host } = request.headers;
  return host === undefined || host === '' || (HOST.test(host) && URL.canParse(`http://${host}`));
}
