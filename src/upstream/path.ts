import { GridweaveError } from '../model/errors.ts';

/** A path whose parameters are encoded, and the template it was made from. */
export interface UpstreamPath {
  readonly path: string;
  /** For telemetry: parameters replaced by their place, `/jobs/{}`. */
  readonly route: string;
}

const MAX_SEGMENT = 1024;
/** How often a value may be decoded on its way, beyond the once that is meant: by proxies, and by servers that do it again. */
const DECODINGS = 3;
/**
 * "." or ".." between separators, where some servers cut a segment at ";" before they look at it; control characters; what
 * has no UTF-8 form.
 */
const IN_NO_NAME = /(?:^|[/\\])\.{1,2}(?:;[^/\\]*)?(?:[/\\]|$)|[\p{Cc}\p{Cs}]/u;

/**
 * Whether a text can be the one value of a segment. "." and ".." survive encoding and are resolved away by many servers,
 * and so they are within a value for those who decode first and resolve then: no object is named so. Nor is any named with
 * control characters or halves of surrogate pairs.
 */
export function isSegment(value: string): boolean {
  if (value === '' || value.length > MAX_SEGMENT) return false;
  let decoded = value;
  for (let times = 0; times <= DECODINGS; times += 1) {
    if (IN_NO_NAME.test(decoded)) return false;
    if (!decoded.includes('%')) return true;
    decoded = decoded.replace(/%[0-7][0-9a-f]/gi, decodeURIComponent);
  }
  return true;
}

function encodeSegment(value: string): string {
  if (!isSegment(value)) throw new GridweaveError('NOT_FOUND', 'No object can have this native id.');
  return encodeURIComponent(value);
}

/** Builds a path from a template literal; every interpolated value becomes exactly one encoded segment. */
export function path(template: TemplateStringsArray, ...values: readonly (string | number)[]): UpstreamPath {
  return {
    path: template.reduce((text, part, i) => text + encodeSegment(String(values[i - 1])) + part),
    route: template.join('{}'),
  };
}
