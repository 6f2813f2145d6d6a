import { expect, it } from 'vitest';
import { parse } from 'yaml';
import { sampleKinds } from '../../test/config/sample-kinds.ts';
import { loadConfig } from './load.ts';
import { printConfig } from './print.ts';

it('prints what is in effect, with the origin of secrets and overrides', () => {
  const text = `
server: { port: 1 }
providers:
  - key: lab
    kind: bacalhau
    url: http://127.0.0.1:1234
    credential: { username: { env: U }, password: { file: ./p } }
  - key: off
    kind: qarnot
    enabled: false
    credential: { token: { env: NONE } }
`;
  const config = loadConfig({
    text,
    path: 'gridweave.yaml',
    env: { U: 'ada', PORT: '8080' },
    readFile: () => Buffer.from('hunter2'),
    kinds: sampleKinds,
  });
  const printed = printConfig(config);
  expect(printed).toMatchInlineSnapshot(`
    "# Effective configuration, from gridweave.yaml

    server:
      host: 127.0.0.1
      port: 8080 # from environment variable PORT
      allowedOrigins: []
      trustedProxies: []
      drainMs: 10000

    providers:
      - key: lab
        kind: bacalhau
        name: lab
        url: http://127.0.0.1:1234/
        enabled: true
        credential:
          username: "***" # from environment variable U
          password: "***" # from file ./p
        timeoutMs: 5000
        connectTimeoutMs: 2000
        maxConnections: 32
        maxResponseBytes: 33554432
        freshnessMs: 1000
        rate:
          perSecond: 50
          burst: 100
        retry:
          retries: 2
          baseDelayMs: 100
          maxDelayMs: 2000
          budgetRatio: 0.2
        breaker:
          windowSize: 20
          minimumCalls: 5
          failureRatio: 0.5
          openMs: 2000
          maxOpenMs: 30000
          slowCallMs: 4500
        settings:
          pageSize: 100
      - key: off
        kind: qarnot
        name: off
        url: https://api.qarnot.com/v1
        enabled: false
        credential:
          token: "***" # from environment variable NONE, not read: the provider is disabled
        timeoutMs: 5000
        connectTimeoutMs: 2000
        maxConnections: 32
        maxResponseBytes: 33554432
        freshnessMs: 1000
        rate:
          perSecond: 50
          burst: 100
        retry:
          retries: 2
          baseDelayMs: 100
          maxDelayMs: 2000
          budgetRatio: 0.2
        breaker:
          windowSize: 20
          minimumCalls: 5
          failureRatio: 0.5
          openMs: 2000
          maxOpenMs: 30000
          slowCallMs: 4500
        settings: {}

    limits:
      requestTimeoutMs: 10000
      maxPageSize: 500
      maxUpstreamCalls: 300
      maxBodyBytes: 1048576
      maxTokens: 5000
      maxDepth: 16
      maxAliases: 50
      maxDirectives: 50
      maxRootFields: 20
      maxFields: 2000
      maxCost: 25000
      maxLogBytes: 1048576
      maxBatch: 1

    operations:
      mode: any
      manifests: []
      apq:
        enabled: true
        maxDocuments: 1000
        maxBytes: 4194304

    log:
      level: info

    metrics:
      host: 127.0.0.1
      operations: []

    data:
      directory: null

    act:
      timeoutMs: 20000
      maxBulk: 1000

    audit:
      file: null

    live:
      hotMs: 2000
      warmMs: 20000
      fullSweepMs: 300000
      lingerMs: 30000
      bookmarkEveryMs: 15000
      windowEvents: 10000
      windowBytes: 33554432
      queueMessages: 1000
      queueBytes: 4194304
      maxConnections: 10000
      maxCredentials: 200
    "
  `);
  expect(printed).not.toMatch(/hunter2|ada/);
  expect(parse(printed)).toMatchObject({ server: { port: 8080 } });
});

it('does not print what stands where a name should, when it was never read', () => {
  const text =
    'providers: [{ key: q, kind: qarnot, enabled: false, credential: { token: { env: 3f0d-pasted } } }]';
  const printed = printConfig(loadConfig({ text, env: {}, kinds: sampleKinds }));
  expect(printed).toContain('"***" # from an environment variable, not read: the provider is disabled');
  expect(printed).not.toContain('pasted');
});

it('prints the sandbox when there is no file', () => {
  const config = loadConfig({ text: 'sandbox: {}', env: {}, kinds: sampleKinds });
  expect(printConfig({ ...config, source: { kind: 'none' } })).toMatch(
    /^# Effective configuration without a file: the sandbox\n\nserver:/,
  );
});
