import { inspect } from 'node:util';
import { afterEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { sampleKinds } from '../../test/config/sample-kinds.ts';
import { refusalOf } from '../../test/config/refusal.ts';
import { TEST_CLIENT, tokenServer, type TokenServer } from '../../test/support/token-server.ts';
import { testContext } from '../../test/support/upstream-calls.ts';
import { systemClock } from '../model/time.ts';
import { path } from '../upstream/path.ts';
import type { TokenPlan } from '../upstream/token-endpoint.ts';
import { createUpstream } from '../upstream/upstream.ts';
import type { ProviderKind } from './config.ts';
import { loadConfig } from './load.ts';
import { printConfig } from './print.ts';
import { configReference } from './reference.ts';

const settingsSchema = z.strictObject({ realm: z.string().default('main').describe('Where tokens are.') });

/** A kind whose credential can be exchanged, at an endpoint that its settings name. */
const machine: ProviderKind = {
  ...sampleKinds[0]!,
  kind: 'machine',
  credentials: [
    { members: ['token'], scheme: 'bearer' },
    { members: ['clientId', 'clientSecret'], scheme: 'client-credentials' },
  ],
  settingsSchema,
  tokenPlan: (settings): TokenPlan => ({
    baseUrl: null,
    endpoints: [
      {
        path: path`/${settingsSchema.parse(settings).realm}/token`,
        encoding: 'json',
        body: ({ id, secret }) => ({ id, secret }),
        token: 'accessToken',
        lifetime: 'expiresIn',
      },
    ],
  }),
};
const kinds = [...sampleKinds, machine];
const env = { ID: TEST_CLIENT.id, SECRET: TEST_CLIENT.secret, EMPTY: '' };

const text = (url: string, more = '', id = 'ID') =>
  `providers:\n  - key: m\n    kind: machine\n    url: ${url}\n    credential: { clientId: { env: ${id} }, clientSecret: { env: SECRET } }\n${more}`;

const servers: TokenServer[] = [];
afterEach(() => Promise.all(servers.splice(0).map((server) => server.close())));

describe('a client id and secret', () => {
  it('become a credential that is exchanged where the settings say', async () => {
    const server = await tokenServer({ lifeMs: 60_000 });
    servers.push(server);
    for (const [more, where] of [
      ['', '/main/token'],
      ['    settings: { realm: other }\n', '/other/token'],
    ] as const) {
      const config = loadConfig({ text: text(server.url.href, more), env, kinds });
      const upstream = createUpstream(config.providers[0]!.upstream, { clock: systemClock });
      expect((await upstream.send({ method: 'GET', path: path`/things` }, testContext())).status).toBe(200);
      await upstream.close();
      expect(server.exchanges.at(-1)?.path).toBe(where);
      const shown = `${inspect(config, { depth: 20, showHidden: true })}${JSON.stringify(config)}${printConfig(config)}`;
      expect(shown).not.toContain(TEST_CLIENT.secret);
    }
  });

  it('come from where the file says, and both are needed', () => {
    const config = loadConfig({ text: text('http://127.0.0.1:1'), env, kinds });
    expect(config.providers[0]?.secrets).toEqual([
      { member: 'clientId', from: { env: 'ID' } },
      { member: 'clientSecret', from: { env: 'SECRET' } },
    ]);
    const half = text('http://127.0.0.1:1').replace('clientId: { env: ID }, ', '');
    expect(refusalOf(() => loadConfig({ text: half, env, kinds }))).toContain(
      'cannot be made of clientSecret alone',
    );
    const empty = refusalOf(() => loadConfig({ text: text('http://127.0.0.1:1', '', 'EMPTY'), env, kinds }));
    expect(empty).toContain('EMPTY');
  });

  it('are not to blame for wrong settings', () => {
    const wrong = text('http://127.0.0.1:1', '    settings: { realm: 5 }\n');
    const refusal = refusalOf(() => loadConfig({ text: wrong, env, kinds }));
    expect(refusal).toContain('realm');
    expect(refusal).not.toContain('credential');
  });

  it('stand in the reference', () => {
    expect(configReference(kinds)).toContain(
      '- `credential: { clientId: { env: NAME }, clientSecret: { env: NAME } }`',
    );
  });
});
