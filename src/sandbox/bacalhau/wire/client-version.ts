/** What the server says to clients that announce a version: too old ones and unreadable ones are refused. */
import type { Release } from './release.ts';

const MINIMUM_MINOR = 4;

/** Null when the client may go on. Development builds (`v0.0.0…`) and silent clients always may. */
export function clientVersionRefusal(
  header: string | undefined,
  release: Release,
): { readonly status: number; readonly body: unknown } | null {
  if (header === undefined || header === '' || /^v?0\.0\.0(?:-|$)/.test(header)) return null;
  const match = /^v?(\d+)\.(\d+)\.(\d+)(?:[-+].*)?$/.exec(header);
  if (match === null) return { status: 400, body: { Error: `Invalid client version ${header}` } };
  const major = Number(match[1]);
  const minor = Number(match[2]);
  if (major > 1 || (major === 1 && minor >= MINIMUM_MINOR)) return null;
  return {
    status: 403,
    body: {
      Error: 'Client version is outdated. Update your client',
      MinVersion: '1.4.0',
      ClientVersion: header.replace(/^v/, ''),
      ServerVersion: release.version,
    },
  };
}
