import type { Route } from './routes.ts';

export type Match =
  | { readonly kind: 'found'; readonly route: Route; readonly ids: string }
  | { readonly kind: 'wrong-method'; readonly allowed: readonly string[] }
  | { readonly kind: 'unknown' };

/** The value of `{ids}`, empty for a path without; null when the path is another. */
function matchPath(path: readonly string[], segments: readonly string[]): string | null {
  if (path.length !== segments.length) return null;
  let ids = '';
  for (const [index, part] of path.entries()) {
    const segment = segments[index] ?? '';
    if (part === '{ids}') ids = segment;
    else if (part !== segment) return null;
  }
  return ids;
}

/** Finds the route of a request among those that this server has; `segments` are those below the prefix. */
export function matchRoute(routes: readonly Route[], method: string, segments: readonly string[]): Match {
  const allowed: string[] = [];
  for (const route of routes) {
    const ids = matchPath(route.path, segments);
    if (ids === null) continue;
    if (route.method === method) return { kind: 'found', route, ids };
    allowed.push(route.method);
  }
  return allowed.length === 0 ? { kind: 'unknown' } : { kind: 'wrong-method', allowed };
}
