import type { UpstreamPath } from '../../upstream/path.ts';

/** What Go leaves bare in a path, and `encodeURIComponent` does not; and the other way round. */
const BARE_IN_GO = /%(?:24|26|2B|2C|3A|3B|3D|40)/g;
const ESCAPED_IN_GO = /[!'()*]/g;

/**
 * A path spelled exactly as Go spells it. The server decodes only such a path; of any other spelling it looks up the
 * encoded text as it stands, and finds nothing: the job "a:b" is at `/jobs/a:b`, not at `/jobs/a%3Ab` (seen on 1.9.3).
 * Ids that the server makes are the same either way; those of service and daemon jobs can be the client's own.
 */
export function spelledAsByGo({ path, route }: UpstreamPath): UpstreamPath {
  return {
    path: path
      .replace(BARE_IN_GO, decodeURIComponent)
      .replace(ESCAPED_IN_GO, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`),
    route,
  };
}
