import type { Caller } from './caller.ts';
import { LISTS } from './documents.ts';
import { identities } from './drive-callers.ts';
import type { GatewayProcess } from './gateway-process.ts';
import type { House } from './house.ts';

/** The vendor calls, and whoever says that they are. Answers with the statuses. */
export async function callBack(caller: Caller, { secrets }: House): Promise<number[]> {
  const { callbackPassword, stray, wrongKey } = secrets;
  const launch = { capacity: [{ instanceType: 'C.2x4', count: 2, token: stray.callbackBody }], duration: 2, password: stray.callbackBody }; // prettier-ignore
  const call = async (authorization: string, body: string): Promise<number> => {
    const headers = { authorization, 'content-type': 'application/json' };
    return (await caller.send('/callbacks/grid', { method: 'POST', headers, body })).status;
  };
  const basic = (password: string): string => `Basic ${Buffer.from(`vendor:${password}`).toString('base64')}`;
  const right = basic(callbackPassword);
  return [
    await call(right, JSON.stringify(launch)),
    await call(right, JSON.stringify(launch)),
    await call(right, stray.callbackBody),
    await call(right, JSON.stringify({ capacity: stray.callbackBody })),
    await call(right, JSON.stringify({ capacity: [{ instanceType: { a: stray.callbackBody }, count: stray.callbackBody }], duration: stray.callbackBody })), // prettier-ignore
    await call(basic(stray.callbackPassword), JSON.stringify(launch)),
    await call(`Bearer ${wrongKey}`, JSON.stringify(launch)),
    await call(`${right}x`, JSON.stringify(launch)),
  ];
}

/** Configurations come and go: with another secret, and with secrets where they do not belong. */
export async function reload(gateway: GatewayProcess, caller: Caller, house: House): Promise<void> {
  const { configuration, secrets, taps } = house;
  const { ops } = identities(secrets);
  const told = async (words: RegExp, change: () => Promise<void>): Promise<void> => {
    const since = gateway.stdout.length;
    await change();
    gateway.signal('SIGHUP');
    await gateway.told(words, since);
  };
  for (const text of misplaced(configuration.text, secrets)) {
    await told(/the configuration before stays in force/, () => configuration.write(text));
  }
  await told(/configuration reloaded/, async () => {
    await configuration.rotate();
    await configuration.write(configuration.text);
  });
  await caller.ask(LISTS, { only: ['lab'] }, ops);
  const sent = taps.get('lab')?.sent.join('') ?? '';
  if (!sent.includes(secrets.nextLab.apiKey)) throw new Error('the secret was not rotated');
}

type Entry = Record<string, unknown>;

/** The configuration with secrets in the wrong places. Each is refused. */
export function misplaced(text: string, secrets: House['secrets']): string[] {
  const change = (
    by: (whole: { providers: Entry[]; auth: { apiKeys: Entry[]; jwt: Entry[] } } & Entry) => void,
  ): string => {
    const whole = JSON.parse(text) as Parameters<typeof by>[0];
    by(whole);
    return JSON.stringify(whole, null, 1);
  };
  const { lab, basic, acmeCloud, gpu, grid, callbackPassword, keys, keySetQuery, umbraBasic } = secrets;
  return [
    change(({ providers, auth }) => {
      Object.assign(providers[0]!, { credential: { apiKey: lab.apiKey }, url: `https://ann:${lab.apiKey}@lab.example` });
      Object.assign(providers[1]!, { tenants: { acme: { username: basic.username, password: basic.password }, umbra: umbraBasic.apiKey } });
      Object.assign(providers[2]!, { tenants: { [acmeCloud.token]: { token: { env: acmeCloud.token } } }, [acmeCloud.token]: 1 });
      Object.assign(providers[3]!, { callerCredential: { headers: { clientId: gpu.clientId, clientSecret: gpu.clientSecret } } });
      Object.assign(providers[4]!, { callerCredential: { headers: { [gpu.clientSecret]: 'x-a' } } });
      Object.assign(providers[5]!, { callback: { user: `a:${callbackPassword}`, password: callbackPassword, answer: callbackPassword } });
      Object.assign(providers[6]!, { settings: { [grid.authenticator]: grid.authenticator, jobs: [grid.authenticator] } });
      Object.assign(auth.apiKeys[0]!, { hash: keys.admin.key, tenant: { a: keys.admin.key }, expiresAt: keys.admin.key });
      Object.assign(auth.apiKeys[1]!, { id: keys.acme.key, hash: { file: keys.acme.hash, env: keys.acme.hash } });
      Object.assign(auth.jwt[0]!, { jwksUrl: `http://keys.example/?token=${keySetQuery}`, algorithms: [keySetQuery] });
    }),
    change((whole) => {
      Object.assign(whole.providers[0]!, { credential: { apiKey: { file: lab.apiKey } } });
      Object.assign(whole.providers[1]!, { kind: basic.password, key: basic.username });
      Object.assign(whole.providers[2]!, { url: `https://cloud.example/?token=${acmeCloud.token}`, name: 7 });
      Object.assign(whole.auth.apiKeys[2]!, { hash: `${keys.umbra.hash}x`, [keys.umbra.key]: keys.umbra.key });
      Object.assign(whole, { [gpu.clientSecret]: gpu.clientSecret, log: { level: grid.authenticator } });
    }),
    `${text.slice(0, -2)}, "x": "${lab.apiKey}\n`,
    `${text}\n---\ntoken: ${lab.apiKey}`,
    `providers: [ { key: lab, token: ${lab.apiKey}, token: *${lab.apiKey} } ]`,
  ]; // prettier-ignore
}

/** The issuer of tokens fails, and says by which URL it was asked. Before anybody has read its keys. */
export async function loseKeys(caller: Caller, { issuer, secrets, taps }: House): Promise<void> {
  const { ada } = identities(secrets);
  const { answer } = issuer;
  issuer.answer = {
    status: 200,
    body: `Cannot GET ${taps.get('issuer')?.url ?? ''}/keys?token=${secrets.keySetQuery}`,
  };
  const { errors } = await caller.ask('{ providers { key } }', {}, ada);
  issuer.answer = answer;
  if (errors?.[0]?.extensions?.code !== 'AUTHENTICATION_UNAVAILABLE') throw new Error('the keys were read');
}

/** The issuer is back. It is not asked again at once. */
export async function findKeys(caller: Caller, { secrets }: House): Promise<void> {
  const { ada } = identities(secrets);
  const deadline = Date.now() + 30_000;
  while ((await caller.ask('{ providers { key } }', {}, ada)).errors !== undefined) {
    if (Date.now() > deadline) throw new Error('the keys were not read again');
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}
