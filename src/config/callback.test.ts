import { describe, expect, it } from 'vitest';
import { refusalOf } from '../../test/config/refusal.ts';
import { PROVIDER_KINDS } from '../providers/kinds.ts';
import type { LoadedConfig } from './config.ts';
import { shapeOf } from './expected.ts';
import { loadConfig } from './load.ts';
import { printConfig } from './print.ts';
import { configReference } from './reference.ts';

const PASSWORD = 'cAnary7Qx93Zt';

function load(callback: string, more = '', kind = 'charity-engine', server = ''): LoadedConfig {
  const text = `${server}\nproviders:\n  - key: v\n    kind: ${kind}\n    url: http://127.0.0.1:1${more}\n    callback: ${callback}\n`;
  return loadConfig({ text, env: { PASSWORD, EMPTY: '' }, kinds: PROVIDER_KINDS });
}

const refusal = (...of: Parameters<typeof load>): string => refusalOf(() => load(...of));
const basic = (password: string) => ({
  authorization: `Basic ${Buffer.from(`u:${password}`).toString('base64')}`,
});

describe('a callback', () => {
  it('is off when nothing is said about it', () => {
    const [provider] = loadConfig({
      text: 'providers: [{ key: v, kind: charity-engine }]',
      env: {},
      kinds: PROVIDER_KINDS,
    }).providers;
    expect(provider).toMatchObject({ callback: null, callbackSource: null });
  });

  it('knows its password and shows where that is kept', () => {
    const config = load(
      '{ user: u, password: { env: PASSWORD }, answer: { mode: accept, maxInstances: 2 } }',
    );
    const [provider] = config.providers;
    expect(provider?.callback?.admits(basic(PASSWORD))).toBe(true);
    expect(provider?.callback?.admits(basic('other'))).toBe(false);
    const printed = printConfig(config);
    expect(printed.slice(printed.indexOf('    callback:'), printed.indexOf('\nlimits:'))).toBe(
      [
        '    callback:',
        '      user: u',
        '      password: "***" # from environment variable PASSWORD',
        '      answer:',
        '        mode: accept',
        '        maxInstances: 2',
        '',
      ].join('\n'),
    );
    expect(JSON.stringify(config) + printed).not.toContain(PASSWORD);
    expect(config.warnings).toEqual([]);
  });

  it('promises nothing without an answer', () => {
    const [provider] = load('{ user: u, password: { env: PASSWORD } }').providers;
    expect(provider?.callbackSource?.answer).toEqual({ mode: 'reject' });
  });

  it('of a disabled provider is checked, but its password is not read', () => {
    const off = '\n    enabled: false';
    const config = load('{ user: u, password: { env: NONE } }', off);
    expect(config.providers[0]).toMatchObject({ callback: null, callbackSource: { user: 'u' } });
    expect(printConfig(config)).toContain('variable NONE, not read: the provider is disabled');
    expect(refusal('{ user: u, password: hunter }', off)).toContain(
      'must be { env: NAME } or { file: PATH }',
    );
  });

  it('that others could listen to is warned of', () => {
    const server = 'server: { host: 0.0.0.0 }\nauth: { anonymous: { grants: [{ scopes: [read] }] } }';
    const { warnings } = load('{ user: u, password: { env: PASSWORD } }', '', 'charity-engine', server);
    expect(warnings).toEqual([expect.stringContaining('reachable over plain http on 0.0.0.0')]);
  });

  it.each([
    ['{ user: u, password: { env: NONE } }', 'Environment variable NONE is not set.'],
    ['{ user: u, password: { env: EMPTY } }', 'Environment variable EMPTY is empty.'],
    ['{ user: u, password: hunter2 }', 'a secret is never written into the file'],
    ['{ user: u }', 'callback.password is missing'],
    ['{ password: { env: PASSWORD } }', 'callback.user is missing'],
    [
      '{ user: "a:b", password: { env: PASSWORD } }',
      'callback.user must be 1 to 100 characters without colons',
    ],
    ['{ user: u, password: { env: PASSWORD }, secret: x }', 'Unknown key "secret"'],
    [
      '{ user: u, password: { env: PASSWORD }, answer: { mode: maybe } }',
      'answer.mode must be one of reject, accept',
    ],
    ['{ user: u, password: { env: PASSWORD }, answer: { mode: accept } }', 'answer.maxInstances is missing'],
    ['{ user: u, password: { env: PASSWORD }, answer: { maxInstances: 1 } }', 'answer.mode is missing'],
    [
      '{ user: u, password: { env: PASSWORD }, answer: { mode: accept, maxInstances: "2" } }',
      'Write the number without quotes',
    ],
    [
      '{ user: u, password: { env: PASSWORD }, answer: { mode: reject, maxInstances: 2 } }',
      'Remove it. Known keys here: mode.',
    ],
    ['{ user: u, password: { env: PASSWORD }, answer: accept }', 'Known keys here: mode, maxInstances'],
    ['yes', 'callback must be a section'],
    ['', 'callback has no value'],
  ])('%s is refused', (callback, message) => {
    const text = refusal(callback);
    expect(text).toContain(message);
    expect(text).not.toMatch(/hunter2|cAnary/);
  });

  it('of a kind that has none is refused, with the kinds that have one', () => {
    const text = refusal('{ user: u, password: { env: PASSWORD } }', '', 'bacalhau');
    expect(text).toContain('A provider of kind "bacalhau" has no callback.');
    expect(text).toContain('Kinds with a callback: charity-engine.');
  });

  it('is documented for every kind that has one', () => {
    const reference = configReference(PROVIDER_KINDS);
    for (const { callback } of PROVIDER_KINDS) {
      if (callback === undefined) continue;
      expect(reference).toContain(callback.description);
      expect(callback.answerSchema.safeParse(undefined).success).toBe(true);
      for (const variant of shapeOf(callback.answerSchema).oneOf ?? []) {
        for (const { description } of Object.values(variant.properties ?? {}))
          expect(description).toMatch(/\.$/);
      }
    }
    expect(reference).toContain('With `accept`: Instances promised in one request at most.');
  });
});
