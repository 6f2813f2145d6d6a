const LOOPBACK = /^(?:localhost|127(?:\.\d{1,3}){3}|\[?::1\]?)$/i;

/** Whether an address or a host name, without a port, is this machine's own. */
export function isLoopback(host: string): boolean {
  return LOOPBACK.test(host);
}
