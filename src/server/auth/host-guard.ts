import { isLoopback } from '../../config/loopback.ts';

/**
 * Whether a request is meant for this machine, by its `Host`. A page of anybody's can point its own name at 127.0.0.1 and
 * then ask as if it were at home here; the name gives it away.
 */
export function isLocalHost(host: string | undefined): boolean {
  return host !== undefined && isLoopback(host.replace(/:\d{1,5}$/, ''));
}
