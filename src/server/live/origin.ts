/**
 * Whether a page may open a WebSocket here. Browsers let any page open one to anywhere, with the cookies of the reader, and only say
 * in `Origin` whose page it is: it has to be served from where this gateway is, or be configured. Programs send none.
 */
export function originAllowed(
  origin: string | undefined,
  host: string | undefined,
  allowed: readonly string[],
): boolean {
  if (origin === undefined) return true;
  if (allowed.includes(origin)) return true;
  return host !== undefined && URL.canParse(origin) && new URL(origin).host === host.toLowerCase();
}
