/** Finds the handler of a request. A fixed segment wins over `{name}` because tables list it first. */
import type { Call } from './call.ts';
import type { Reply } from '../wire/replies.ts';

export type Handler = (call: Call) => Reply;

/** Handlers by "METHOD /path/{parameter}". */
export type RouteTable = Readonly<Record<string, Handler>>;

interface Route {
  readonly method: string;
  readonly parts: readonly string[];
  readonly handler: Handler;
}

export type Match =
  | { readonly kind: 'found'; readonly handler: Handler; readonly params: Readonly<Record<string, string>> }
  | { readonly kind: 'wrong-method'; readonly allowed: readonly string[] }
  | { readonly kind: 'unknown' };

export class Router {
  readonly #routes: readonly Route[];

  constructor(tables: readonly RouteTable[]) {
    this.#routes = tables.flatMap((table) =>
      Object.entries(table).map(([key, handler]) => {
        const [method = '', path = ''] = key.split(' ');
        return { method, parts: path.split('/').slice(1), handler };
      }),
    );
  }

  match(method: string, segments: readonly string[]): Match {
    const allowed: string[] = [];
    for (const route of this.#routes) {
      const params = paramsOf(route.parts, segments);
      if (params === null) continue;
      if (route.method === method) return { kind: 'found', handler: route.handler, params };
      allowed.push(route.method);
    }
    return allowed.length === 0
      ? { kind: 'unknown' }
      : { kind: 'wrong-method', allowed: [...new Set(allowed)] };
  }
}

function paramsOf(parts: readonly string[], segments: readonly string[]): Record<string, string> | null {
  if (parts.length !== segments.length) return null;
  const params: Record<string, string> = {};
  for (const [index, part] of parts.entries()) {
    const segment = segments[index] ?? '';
    if (part.startsWith('{') && segment !== '') params[part.slice(1, -1)] = segment;
    else if (part !== segment) return null;
  }
  return params;
}
