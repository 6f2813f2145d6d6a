import { describe, expect, it } from 'vitest';
import { refusalOf } from '../../test/config/refusal.ts';
import { sampleKinds } from '../../test/config/sample-kinds.ts';
import { loadConfig } from './load.ts';
import { ConfigError } from './problem.ts';

const env = { KEY: 'k-1', USER_NAME: 'ada', PASS: 'pässword' };

function load(text: string, extra: Record<string, string> = {}) {
  return loadConfig({ text, env: { ...env, ...extra }, kinds: sampleKinds });
}

/** Every problem as "line:column path | message | fix". */
function problemsOf(text: string, extra: Record<string, string> = {}): string[] {
  try {
    load(text, extra);
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return error.problems.map((p) => `${p.line}:${p.column} ${p.path} | ${p.message} | ${p.fix}`);
  }
  return [];
}

const LAB = 'providers:\n  - key: lab\n    kind: bacalhau\n    url: http://127.0.0.1:1234\n';

describe('a correct file', () => {
  it('has every default filled in', () => {
    const config = load(LAB);
    expect(config.server).toEqual({
      host: '127.0.0.1',
      port: 4000,
      allowedOrigins: [],
      trustedProxies: [],
      drainMs: 10_000,
    });
    expect(config.limits).toEqual({
      requestTimeoutMs: 10_000,
      maxPageSize: 500,
      maxUpstreamCalls: 300,
      maxBodyBytes: 1_048_576,
      maxLogBytes: 1_048_576,
      maxTokens: 5_000,
      maxDepth: 16,
      maxAliases: 50,
      maxDirectives: 50,
      maxRootFields: 20,
      maxFields: 2_000,
      maxCost: 25_000,
      maxBatch: 1,
    });
    expect(config.operations).toEqual({
      mode: 'any',
      manifests: [],
      apq: { enabled: true, maxDocuments: 1_000, maxBytes: 4_194_304 },
    });
    expect(config.log).toEqual({ level: 'info' });
    expect(config.sandbox).toBeNull();
    const [lab] = config.providers;
    expect(lab).toMatchObject({ key: 'lab', name: 'lab', enabled: true, settings: { pageSize: 100 } });
    expect(lab?.kind.title).toBe('Bacalhau');
    expect(lab?.upstream).toMatchObject({
      provider: 'lab',
      timeoutMs: 5000,
      credential: null,
      freshnessMs: 1000,
      breaker: { slowCallMs: 4500 },
    });
    expect(lab?.upstream.baseUrl.href).toBe('http://127.0.0.1:1234/');
  });

  it('uses the default URL of a kind that has one, and scales slowCallMs with the timeout', () => {
    const [q] = load('providers: [{ key: q, kind: qarnot, timeoutMs: 20000 }]').providers;
    expect(q?.upstream.baseUrl.href).toBe('https://api.qarnot.com/v1');
    expect(q?.upstream.breaker.slowCallMs).toBe(18_000);
  });

  it('makes the header that the kind asks for out of the referenced secrets', () => {
    const sent = (text: string): Record<string, string> => {
      const headers: Record<string, string> = {};
      load(text).providers[0]?.upstream.credential?.apply(headers);
      return headers;
    };
    expect(sent(`${LAB}    credential: { apiKey: { env: KEY } }`)).toEqual({ authorization: 'Bearer k-1' });
    expect(
      sent(`${LAB}    credential:\n      password: { env: PASS }\n      username: { env: USER_NAME }`),
    ).toEqual({ authorization: `Basic ${Buffer.from('ada:pässword').toString('base64')}` });
    expect(sent('providers: [{ key: q, kind: qarnot, credential: { token: { env: KEY } } }]')).toEqual({
      authorization: 'k-1',
    });
  });

  it('does not read the secrets of a disabled provider', () => {
    const [lab] = load(`${LAB}    enabled: false\n    credential: { apiKey: { env: ABSENT } }`).providers;
    expect(lab).toMatchObject({ enabled: false, upstream: { credential: null } });
    expect(lab?.secrets).toEqual([{ member: 'apiKey', from: { env: 'ABSENT' } }]);
  });

  it('takes a section whose keys are commented out for an empty one', () => {
    const config = load(`server:\n  # port: 1\nlimits:\n${LAB}    settings:\n    rate:\n`);
    expect(config.server.port).toBe(4000);
    expect(load('sandbox:\n').sandbox).toEqual({ seed: 1 });
  });

  it('warns of a credential over plain http, and of a graph without providers', () => {
    const far = LAB.replace('127.0.0.1', '10.0.0.5');
    expect(load(`${far}    credential: { apiKey: { env: KEY } }`).warnings).toEqual([
      expect.stringContaining('plain http'),
    ]);
    expect(load(far).warnings).toEqual([]);
    expect(load(`${LAB}    enabled: false`).warnings).toEqual([expect.stringContaining('disabled')]);
  });
});

describe('HOST and PORT', () => {
  it('override the file', () => {
    const auth = 'auth: { anonymous: { grants: [{ scopes: [read] }] } }';
    const text = `${LAB}${auth}\nserver: { host: "::1", port: 1 }`;
    const config = load(text, { HOST: '0.0.0.0', PORT: '8080' });
    expect(config.server).toMatchObject({ host: '0.0.0.0', port: 8080 });
    expect([...config.overrides]).toEqual([
      ['server.host', 'HOST'],
      ['server.port', 'PORT'],
    ]);
  });

  it('are not set when empty, and refused when wrong, together with the problems of the file', () => {
    expect(load(LAB, { HOST: '', PORT: '' }).server.port).toBe(4000);
    const problems = problemsOf(`${LAB}serverr: {}`, { PORT: '80a', HOST: 'http://x' });
    expect(problems.map((p) => p.split(' | ')[0])).toEqual([
      'null:null HOST',
      'null:null PORT',
      '5:1 serverr',
    ]);
    expect(problemsOf(LAB, { PORT: '65536' })).toHaveLength(1);
    expect(problemsOf(LAB, { PORT: '-1' })).toHaveLength(1);
  });
});

describe('a wrong file', () => {
  it('tells every problem at once, in the order of the lines', () => {
    const text = [
      'serverr: {}',
      'server: { port: 70000 }',
      'limits:',
      '  maxPageSize: "100"',
      '  requestTimeoutMs: 10s',
      'log: { level: loud, pretty: yes }',
      'providers:',
      '  - key: Lab_1',
      '    kind: bacalhu',
      '    credential: { apiKey: abc }',
      '  - key: two',
      '    kind: bacalhau',
      '    credential: { apiKye: { env: KEY } }',
      '    settings: { pageSize: 0 }',
      '  - key: two',
      '    kind: qarnot',
      '    credential: { token: { env: ABSENT } }',
      '    retry: { baseDelayMs: 5000, maxDelayMs: 10 }',
    ].join('\n');
    expect(problemsOf(text)).toMatchInlineSnapshot(`
      [
        "1:1 serverr | Unknown key "serverr"; did you mean "server"? | Rename it to "server".",
        "2:17 server.port | server.port must be a whole number from 0 to 65535. | Write a whole number from 0 to 65535. Without the key it is 4000.",
        "4:16 limits.maxPageSize | limits.maxPageSize must be a whole number from 1 to 10000. | Write the number without quotes.",
        "5:21 limits.requestTimeoutMs | limits.requestTimeoutMs must be a whole number from 100 to 600000. | Write the number of milliseconds, such as 5000 for five seconds. Without the key it is 10000.",
        "6:15 log.level | log.level must be one of trace, debug, info, warn, error, fatal, silent. | Write one of trace, debug, info, warn, error, fatal, silent. Without the key it is info.",
        "6:29 log.pretty | log.pretty must be true or false. | Write true or false, without quotes; "yes" and "on" are only texts.",
        "8:10 providers[0].key | providers[0].key must be 1 to 40 lower-case letters, digits and inner hyphens. | The stable name of this connection, yours to choose: 1 to 40 lower-case letters, digits and inner hyphens. It is part of every id, so changing it invalidates ids and cursors that clients keep.",
        "9:11 providers[0].kind | Unknown kind "bacalhu"; did you mean "bacalhau"? | Write kind: bacalhau.",
        "10:27 providers[0].credential.apiKey | providers[0].credential.apiKey must be { env: NAME } or { file: PATH }: a secret is never written into the file. | Put the secret into an environment variable or a file, and name that here. If it was ever written here, replace it.",
        "11:5 providers[1].url | providers[1].url is missing: Bacalhau has no public endpoint. | Add "url", such as http://10.0.0.5:1234.",
        "13:19 providers[1].credential.apiKye | Unknown key "apiKye"; did you mean "apiKey"? | Rename it to "apiKey".",
        "14:27 providers[1].settings.pageSize | providers[1].settings.pageSize must be a whole number from 1 to 1000. | Write a whole number from 1 to 1000. Without the key it is 100.",
        "15:10 providers[2].key | providers[2].key is the same as providers[1].key on line 11. | Give every provider a key of its own.",
        "17:33 providers[2].credential.token.env | Environment variable ABSENT is not set. | Set it where the gateway is started, or correct the name.",
        "18:27 providers[2].retry.baseDelayMs | providers[2].retry.baseDelayMs is larger than maxDelayMs. | Lower baseDelayMs or raise maxDelayMs.",
      ]
    `);
  });

  it.each([
    ['', /The file is empty/],
    ['# only a comment\n', /The file is empty/],
    ['providers: []', /No provider is configured/],
    ['server: {}', /No provider is configured/],
    ['[1, 2]', /must be a section/],
    ['just text', /must be a section/],
    [`${LAB}sandbox: {}`, /cannot be combined/],
    [`${LAB}auth: {}`, /auth lets nobody in/],
    [`${LAB}redis: {}`, /Unknown key "redis"\. \| This version does not have it yet/],
    [`${LAB}    apiKey: { env: KEY }`, /Unknown key "apiKey"\. \| .*credential: \{ apiKey/],
    ['providers: [{ key: lab, kind: bacalhau }]', /url is missing: Bacalhau has no public endpoint/],
    ['providers: [{ kind: qarnot }]', /providers\[0\]\.key is missing/],
    ['providers: { key: a }', /providers must be a list/],
    ['providers: [lab]', /providers\[0\] must be a section/],
    ['providers: [{ key: a, kind: }]', /providers\[0\]\.kind has no value/],
    [`${LAB}    timeoutMs: 5`, /must be a whole number from 100 to 600000/],
    [`${LAB}    timeoutMs: 500.5`, /must be a whole number from 100 to 600000/],
    [`${LAB}    credential: secret-word`, /credential must name its members: a secret is never written/],
    [`${LAB}    credential: {}`, /credential is empty/],
    [`${LAB}    credential:`, /credential must name its members/],
    [`${LAB}    credential: { username: { env: KEY } }`, /cannot be made of username alone/],
    [`${LAB}    credential: { apiKey: { env: KEY, file: x } }`, /exactly one of "env" and "file"/],
    [`${LAB}    credential: { apiKey: { env: 5 } }`, /must be the name of an environment variable/],
    [`${LAB}    credential: { apiKey: { env: ABSENT } }`, /Environment variable ABSENT is not set/],
    [`${LAB}    credential: { username: { env: BAD }, password: { env: KEY } }`, /must not hold a colon/],
    [`${LAB}    breaker: { minimumCalls: 30 }`, /could never open/],
  ])('is refused: %j', (text, message) => {
    const problems = problemsOf(text, { BAD: 'a:b' });
    expect(problems).toHaveLength(1);
    expect(problems[0]).toMatch(message);
  });

  it.each([
    'nonsense',
    'ftp://a.example',
    'http://u:p@a.example',
    'http://a.example?x=1',
    'http://a.example#x',
    'http://',
  ])('refuses the URL %s', (url) => {
    const problems = problemsOf(`providers: [{ key: a, kind: qarnot, url: "${url}" }]`);
    expect(problems).toHaveLength(1);
    expect(problems[0]).toMatch(/^1:42 providers\[0\]\.url \|/);
  });

  it('points at the place with a caret', () => {
    const shown = refusalOf(() => load(`${LAB}    timeotMs: 5\nserver:\n  port: "80"\n`));
    expect(shown).toMatchInlineSnapshot(`
      "the configuration has 2 problems.

      the configuration:5:5 providers[0].timeotMs
        Unknown key "timeotMs"; did you mean "timeoutMs"?
        5 |     timeotMs: ***
          |     ^
        Fix: Rename it to "timeoutMs".

      the configuration:7:9 server.port
        server.port must be a whole number from 0 to 65535.
        7 |   port: "80"
          |         ^
        Fix: Write the number without quotes."
    `);
  });
});
