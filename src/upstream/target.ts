import type { UpstreamRequest } from './types.ts';

/** Has no UTF-8 form and would make encodeURIComponent throw. */
const LONE_SURROGATE = /\p{Surrogate}/gu;

/** Path and query as the request line wants them. Undefined and null are left out; arrays repeat the name. */
export function encodeTarget(path: string, query: UpstreamRequest['query']): string {
  if (query === undefined) return path;
  let text = '';
  for (const name in query) {
    const value = query[name];
    if (value === undefined || value === null) continue;
    if (typeof value === 'object') for (const item of value) text += pair(name, item);
    else text += pair(name, String(value));
  }
  return text === '' ? path : `${path}?${text.slice(1)}`;
}

function pair(name: string, value: string): string {
  return `&${encodeURIComponent(name)}=${encodeURIComponent(value.replace(LONE_SURROGATE, '\uFFFD'))}`;
}
