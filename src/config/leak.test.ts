import { inspect } from 'node:util';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { sampleKinds } from '../../test/config/sample-kinds.ts';
import type { LoadedConfig } from './config.ts';
import { loadConfig } from './load.ts';
import { printConfig } from './print.ts';
import { ConfigError } from './problem.ts';

const CANARY = 'cAnary7Qx93Zt';

/** The error, or the configuration; anything else that is thrown fails the test. */
function attempt(text: string): ConfigError | LoadedConfig {
  try {
    return loadConfig({
      text,
      env: { SECRET: CANARY, PLAIN: 'x' },
      readFile: () => Buffer.from(`${CANARY}\n`),
      kinds: sampleKinds,
    });
  } catch (error) {
    if (error instanceof ConfigError) return error;
    throw error;
  }
}

function everyPrintOf(result: ConfigError | LoadedConfig): string {
  const own =
    result instanceof ConfigError ? [result.message, String(result), result.stack] : [printConfig(result)];
  return [...own, JSON.stringify(result), inspect(result, { depth: 20, showHidden: true })].join('\n');
}

describe('any text', () => {
  const words =
    'server port host providers key kind url credential apiKey token env file limits log level sandbox seed rate retry breaker settings enabled name __proto__ constructor <<';
  const keys = fc.constantFrom(...words.split(' '), '');
  const leaf = fc.oneof(
    fc.constantFrom('bacalhau', 'qarnot', 'lab', 'http://127.0.0.1:1', 'SECRET', 'info', -1, 4000, Infinity),
    fc.jsonValue({ maxDepth: 2 }),
  );
  const { tree } = fc.letrec((tie) => ({
    tree: fc.oneof(
      { depthSize: 'medium', withCrossShrink: true },
      leaf,
      fc.dictionary(keys, tie('tree'), { maxKeys: 6 }),
      fc.array(tie('tree'), { maxLength: 3 }),
    ),
  }));

  it('of YAML is a configuration or a ConfigError with places and remedies', () => {
    fc.assert(
      fc.property(fc.dictionary(keys, tree, { maxKeys: 8 }), (value) => {
        const result = attempt(stringify(value, { aliasDuplicateObjects: false }));
        if (!(result instanceof ConfigError)) return;
        expect(result.problems.length).toBeGreaterThan(0);
        for (const { line, message, fix } of result.problems) {
          expect(line).toBeGreaterThan(0);
          expect(message).not.toBe('');
          expect(fix).not.toBe('');
        }
      }),
      { numRuns: 400 },
    );
  });

  it('that is not YAML at all is a ConfigError', () => {
    const pieces = fc.constantFrom('a', ':', ' ', '\n', '- ', '[', ']', '{', '}', '"', "'", '|', '>', '&x', '*x', '!y', '#', '\t', '%', '---\n', '?', ',', '\\', '\u0000', '\r'); // prettier-ignore
    fc.assert(
      fc.property(fc.oneof(fc.string({ unit: 'binary' }), fc.string({ unit: pieces })), (text) => {
        expect(attempt(text)).toBeInstanceOf(ConfigError);
      }),
      { numRuns: 500 },
    );
  });
});

describe('a secret', () => {
  const lab = (entry: string): string =>
    `providers:\n  - key: lab\n    kind: bacalhau\n    url: http://127.0.0.1:1\n${entry}`;
  it.each([
    ['read from the environment', lab('    credential: { apiKey: { env: SECRET } }')],
    ['read from a file', lab('    credential: { apiKey: { file: ./x } }')],
    [
      'of which another part is missing',
      lab('    credential: { username: { env: SECRET }, password: { env: NONE } }'),
    ],
    ['in a file that is wrong elsewhere', lab('    credential: { apiKey: { env: SECRET } }\n    oops: 1')],
    ['written as the value', lab(`    credential: { apiKey: ${CANARY} }`)],
    ['written as the credential', lab(`    credential: ${CANARY}`)],
    ['written as a key', lab(`    credential: { apiKey:${CANARY} }`)],
    ['written as the name of a variable', lab(`    credential: { apiKey: { env: ${CANARY} } }`)],
    ['written as the path of a file', lab(`    credential: { apiKey: { file: ${CANARY}, env: x } }`)],
    ['beside the credential', lab(`    apiKey: ${CANARY}`)],
    ['in settings', lab(`    settings: { pageSize: ${CANARY} }`)],
    ['in settings, as a key', lab(`    settings: { ${CANARY}: 1 }`)],
    ['in the URL', lab('').replace('127.0.0.1', `u:${CANARY}@127.0.0.1`)],
    ['in the query of the URL', lab('').replace(':1\n', `:1/?token=${CANARY}\n`)],
    ['as the kind', lab('').replace('bacalhau', CANARY)],
    ['as the key', lab('').replace('lab', CANARY)],
    ['as a number', `server: { port: ${CANARY} }`],
    ['in a comment', `server: { port: x } # ${CANARY}`],
    ['in a block text', lab(`    credential:\n      apiKey: |\n        ${CANARY}\n      x: y`)],
    ['behind an open quote', lab(`    credential: { apiKey: "${CANARY} }\n`)],
    ['behind an open bracket', lab(`    credential: { apiKey: ${CANARY}`)],
    ['behind a tab', lab(`    credential:\n\tapiKey: ${CANARY}`)],
    ['behind a tag', lab(`    credential: { apiKey: !env ${CANARY} }`)],
    ['as a tag', lab(`    credential: { apiKey: !${CANARY} x }`)],
    ['as an alias', lab(`    credential: { apiKey: *${CANARY} }`)],
    ['as an anchor', lab(`    credential: { apiKey: &${CANARY} }`)],
    ['after a second colon', lab(`    credential: apiKey: ${CANARY}`)],
    ['twice', lab(`    token: ${CANARY}\n    token: ${CANARY}`)],
    ['in a second document', `${lab('')}---\ntoken: ${CANARY}`],
    ['as the whole file', CANARY],
    ['as a callback', lab(`    callback: ${CANARY}`)],
    ['as the password of a callback', lab(`    callback: { user: u, password: ${CANARY} }`)],
    ['as the variable of a callback', lab(`    callback: { user: u, password: { env: ${CANARY} } }`)],
    ['in the answer of a callback', lab(`    callback: { user: u, answer: { mode: ${CANARY} } }`)],
  ])('is in no error and no print: %s', (_, text) => {
    const prints = everyPrintOf(attempt(text));
    expect(prints).not.toContain(CANARY);
    expect(prints).not.toContain(Buffer.from(CANARY).toString('base64'));
  });

  it('is in no print wherever it stands in a file that is broken at another place', () => {
    const base = lab('    credential: { apiKey: { env: SECRET } }\n    settings: { pageSize: 5 }\n');
    fc.assert(
      fc.property(
        fc.nat(base.length),
        fc.nat(base.length),
        fc.constantFrom('"', "'", '[', '{', '}', ':', '\t', '\n', '*', '!', '&', '|', '#', '? ', '- '),
        fc.constantFrom(`: ${CANARY}`, CANARY, ` ${CANARY} `, `\n    token: ${CANARY}\n`, `"${CANARY}"`),
        (at, breakAt, breaker, secret) => {
          const inserted = base.slice(0, at) + secret + base.slice(at);
          const text = inserted.slice(0, breakAt) + breaker + inserted.slice(breakAt);
          const result = attempt(text);
          // Where the file is valid, what stands in a public place (a host, a path) is public.
          const prints = result instanceof ConfigError ? everyPrintOf(result) : '';
          expect(prints).not.toContain(CANARY);
        },
      ),
      { numRuns: 2000 },
    );
  });
});
