/** Members that may stand for headers: a browser cannot send any with a WebSocket. */
const NAME = /^x-[a-z0-9-]{1,60}$/;
/** What a header can carry, and no line break that would end it. */
const VALUE = /^[\x20-\x7e]{1,8192}$/;
const MAX_MEMBERS = 50;

/** The members of a `connection_init` payload that stand for headers of its operations. */
export function headersIn(
  params: Readonly<Record<string, unknown>> | undefined,
): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(params ?? {})
      .slice(0, MAX_MEMBERS)
      .flatMap(([member, value]) => {
        const name = member.toLowerCase();
        return NAME.test(name) && typeof value === 'string' && VALUE.test(value) ? [[name, value]] : [];
      }),
  );
}
