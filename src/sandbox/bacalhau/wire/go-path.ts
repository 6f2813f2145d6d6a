/**
 * How the server's router reads a path (seen on 1.9.3): decoded only when it is spelled exactly as Go would spell it,
 * and otherwise as it stands, escapes and all. `a:b`, `a+b`, `space%20name` and `%C3%A9` are therefore found, while
 * `a%3Ab`, `a%2Bb`, `a%20(b)` and `%c3%a9` are looked up as they are written; a name with a slash cannot be addressed.
 */

// What Go leaves alone in a path; everything else becomes upper-case escapes.
const ESCAPED_IN_PATHS = /[^A-Za-z0-9\-_.~$&+,/:;=@]/gu;

/** The segments after the leading slash; a trailing slash gives an empty last one, which no route has. */
export function routedSegments(rawTarget: string): readonly string[] {
  const origin = rawTarget.startsWith('/') ? '' : (/^https?:\/\/[^/?]*/i.exec(rawTarget)?.[0] ?? '');
  const [rawPath = ''] = rawTarget.slice(origin.length).split(/[?#]/, 1);
  return routedPath(rawPath).split('/').slice(1);
}

function routedPath(rawPath: string): string {
  try {
    const decoded = decodeURIComponent(rawPath);
    return goEscapedPath(decoded) === rawPath ? decoded : rawPath;
  } catch {
    return rawPath;
  }
}

function goEscapedPath(path: string): string {
  return path.replace(ESCAPED_IN_PATHS, (character) =>
    Array.from(Buffer.from(character), (byte) => `%${byte.toString(16).toUpperCase().padStart(2, '0')}`).join(
      '',
    ),
  );
}
