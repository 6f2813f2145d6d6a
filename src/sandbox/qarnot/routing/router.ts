import type { Handler, RouteTable } from './route.ts';

interface Route {
  readonly method: string;
  readonly parts: readonly string[];
  readonly handler: Handler;
}

export type Match =
  | { readonly kind: 'found'; readonly handler: Handler; readonly params: Readonly<Record<string, string>> }
  | { readonly kind: 'wrong-method'; readonly allowed: readonly string[] }
  | { readonly kind: 'unknown' };

const VERSION = 'v1';

/** Drops the optional version that the specification writes and the official SDKs do not. */
function withoutVersion(segments: readonly string[]): readonly string[] {
  return segments[0]?.toLowerCase() === VERSION ? segments.slice(1) : segments;
}

function matchParts(parts: readonly string[], segments: readonly string[]): Record<string, string> | null {
  const params: Record<string, string> = {};
  for (const [index, part] of parts.entries()) {
    if (part.endsWith('...}')) {
      params[part.slice(1, -4)] = segments.slice(index).join('/');
      return params;
    }
    const segment = segments[index];
    if (segment === undefined) return null;
    if (part.startsWith('{')) params[part.slice(1, -1)] = segment;
    else if (part !== segment.toLowerCase()) return null;
  }
  return parts.length === segments.length ? params : null;
}

/** Finds handlers. Fixed segments match in any case, and the first route of the table that fits wins. */
export class Router {
  readonly #routes: readonly Route[];

  constructor(tables: readonly RouteTable[]) {
    this.#routes = tables.flatMap((table) =>
      Object.entries(table).map(([key, handler]) => {
        const [method = '', path = ''] = key.split(' ');
        return { method, parts: path.split('/').filter((part) => part !== ''), handler };
      }),
    );
  }

  match(method: string, allSegments: readonly string[]): Match {
    const segments = withoutVersion(allSegments.filter((segment) => segment !== ''));
    const allowed: string[] = [];
    for (const { method: wanted, parts, handler } of this.#routes) {
      const params = matchParts(parts, segments);
      if (params === null) continue;
      if (wanted === method) return { kind: 'found', handler, params };
      allowed.push(wanted);
    }
    return allowed.length === 0 ? { kind: 'unknown' } : { kind: 'wrong-method', allowed };
  }
}
