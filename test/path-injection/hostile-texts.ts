import * as fc from 'fast-check';

/** What somebody puts in the place of an id or a name in order to reach something else. */
export const HOSTILE: readonly string[] = [
  '', ' ', '.', '..', '/', '//', '\\', '../x', '..\\x', '../../agent/version', './x', 'x/..', 'x/.', 'a/b', 'a/../b', '/etc/passwd',
  '//evil.example/x', 'http://evil.example/x', '@evil.example/', ':80/x', '%2e%2e', '%2E%2e%2fx', '%252e%252e%252fx', '%25252e.',
  '..%2f..%2fadmin', '..%5cx', '%2f', '%5c', '%00', '%', '%zz', '%0d%0aX-Evil: 1', '%0a', 'a%2fb', '..;', '..;/x', 'x;a=b/../y',
  '\n', '\r\n', 'a\r\nX-Evil: 1', 'x HTTP/1.1\r\nHost: evil.example\r\n\r\nGET /admin', '\0', 'a\0b', '\t', '\u007f', '\u0085',
  '\u2028', '\ufeff', '\u200b', '?x=1', 'a?include=history', 'x?namespace=*&limit=1', '#', 'a#b', 'a&limit=1', '&', '=', ';', ',',
  'a,b', '*', ':', '@', '+', '$', "'", '"', '<x>', '`', '{id}', '${x}', '\u2024\u2024', '\u2024\u2024\uff0fx', '\uff0e\uff0e\u2215x', '\u2025/',
  '\u02f8', '\ud800', 'a\udfffb', '\ud83d', '🙂', 'é', 'x'.repeat(1025), '../'.repeat(3_333), 'x'.repeat(10_000), '%2e'.repeat(3_000),
  'pods', 'batch', 'count', 'telemetry', 'trainings', 'paginate', 'search', 'null', 'undefined', '[object Object]', '__proto__', '-1', '0',
]; // prettier-ignore

const PIECES = [
  '..', '.', '/', '\\', '%2e', '%2f', '%5c', '%25', '%00', '%0d%0a', '?', '#', '%', '&', ';', ':', '@', ',', '=', '\r', '\n', '\0',
  '\t', ' ', '\u2024', '\uff0f', '\uff0e', '\u2028', '\ud800', '\udc00', 'a', '0', 'x1', 'pods', 'HTTP/1.1',
]; // prettier-ignore

/** Texts over the letters that have a meaning in a path, a query or a header. */
export const hostileText: fc.Arbitrary<string> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc
      .array(fc.constantFrom(...PIECES), { minLength: 1, maxLength: 10 })
      .map((all) => all.join('')),
  },
  { weight: 2, arbitrary: fc.string({ unit: 'binary', minLength: 1, maxLength: 20 }) },
  { weight: 1, arbitrary: fc.constantFrom(...HOSTILE) },
);
