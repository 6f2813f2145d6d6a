import { GridweaveError } from '../model/errors.ts';

/** A path whose parameters are encoded, and the template it was made from. */
export interface UpstreamPath {
  readonly path: string;
  /** For telemetry: parameters replaced by their place, `/jobs/{}`. */
  readonly route: string;
}

const MAX_SEGMENT = 1024;

function encodeSegment(value: string): string {
  // "." and ".." survive encodeURIComponent and are resolved away by many servers: no object is named so.
  if (value === '' || value === '.' || value === '..' || value.length > MAX_SEGMENT) {
    throw new GridweaveError('NOT_FOUND', 'No object can have this native id.');
  }
  try {
    return encodeURIComponent(value);
  } catch (cause) {
    throw new GridweaveError('NOT_FOUND', 'No object can have this native id: it is not valid Unicode.', {
      cause,
    });
  }
}

/** Builds a path from a template literal; every interpolated value becomes exactly one encoded segment. */
export function path(template: TemplateStringsArray, ...values: readonly (string | number)[]): UpstreamPath {
  return {
    path: template.reduce((text, part, i) => text + encodeSegment(String(values[i - 1])) + part),
    route: template.join('{}'),
  };
}
