import { createHash } from 'node:crypto';
import type { Caller } from './caller.ts';
import { identities } from './drive-callers.ts';
import type { Secrets } from './secrets.ts';

const JSON_TYPE = { 'content-type': 'application/json' };
const ASKED = JSON.stringify({ query: '{ providers { key } }' });

/** Whoever presents something that is not accepted, over HTTP. */
export async function knock(caller: Caller, secrets: Secrets): Promise<number[]> {
  const { keys, stray, jwt, endedJwt, foreignJwt, wrongKey } = secrets;
  const [head, payload] = jwt.split('.');
  const basic = Buffer.from(`ann:${stray.basicAuthorization}`).toString('base64');
  const presented: Record<string, string>[] = [
    { authorization: `Bearer ${wrongKey}` },
    { 'x-api-key': wrongKey },
    { authorization: `Bearer ${keys.admin.key}x` },
    { authorization: keys.admin.key },
    { authorization: `Bearer ${endedJwt}` },
    { authorization: `Bearer ${foreignJwt}` },
    { authorization: `Bearer ${jwt}x` },
    { authorization: `Bearer ${head ?? ''}.${payload ?? ''}.${endedJwt.split('.')[2] ?? ''}` },
    { authorization: `Basic ${basic}` },
    { authorization: `Digest username="ann", response="${stray.otherScheme}"` },
    { authorization: `Bearer ${keys.admin.key}`, 'x-api-key': keys.reader.key },
    { cookie: `session=${stray.cookie}; token=${stray.cookie}` },
    { 'x-api-key': keys.admin.hash },
    {},
  ];
  const statuses = [];
  for (const headers of presented) {
    for (const more of [{}, { accept: 'text/event-stream' }]) {
      const told = await caller.send('/graphql', { method: 'POST', headers: { ...JSON_TYPE, ...headers, ...more }, body: ASKED }); // prettier-ignore
      statuses.push(told.status);
    }
    await caller.send('/metrics', { headers });
  }
  return statuses;
}

/** Secrets in places where nobody should put any. */
export async function strew(caller: Caller, secrets: Secrets): Promise<void> {
  const { stray, wrongKey, keys } = secrets;
  const { ops } = identities(secrets);
  const { host } = new URL(caller.url);
  const everywhere = {
    ...ops,
    cookie: `session=${stray.cookie}`,
    'x-auth-token': stray.header,
    'proxy-authorization': `Basic ${Buffer.from(`ann:${stray.proxyAuthorization}`).toString('base64')}`,
    traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
    tracestate: `token=${stray.traceState}`,
    baggage: stray.baggage,
    'x-request-id': `not well formed: ${stray.header}`,
  };
  const query = encodeURIComponent('{ providers { key } }');
  const paths = [
    `/graphql?query=${query}&token=${stray.query}&access_token=${stray.query}`,
    `http://ann:${stray.userinfo}@${host}/graphql?query=${query}`,
    `/graphql?token=${stray.query}`,
    `/graphql?query=${encodeURIComponent(stray.own)}`,
    `/graphql?query=${query}&variables=${stray.query}`,
    `/graphql?query=${query}&extensions=${stray.query}`,
    `/?token=${stray.query}`,
    `/health?token=${stray.query}`,
    `/ready?token=${stray.query}`,
    `/metrics?token=${stray.query}`,
    `/tokens/${stray.path}`,
    `/callbacks/${stray.path}`,
    `//${stray.path}`,
    `/graphql/%zz${stray.path}`,
  ];
  await Promise.all(
    [everywhere, {}].flatMap((headers) => paths.map((path) => caller.send(path, { headers }))),
  );
  const page = await caller.send(`/graphql?token=${stray.query}`, { headers: { accept: 'text/html', 'accept-encoding': 'gzip' } }); // prettier-ignore
  if (page.status !== 200 || !page.body.includes('<html')) throw new Error('there was no page');
  await caller.send('/graphql', { method: 'OPTIONS', headers: { origin: 'https://console.example.org', 'access-control-request-headers': 'authorization' } }); // prettier-ignore
  await caller.send('/graphql', { method: 'POST', headers: { ...everywhere, ...JSON_TYPE, origin: 'https://evil.example' }, body: ASKED }); // prettier-ignore

  const post = (body: string, headers: object = JSON_TYPE) =>
    caller.send('/graphql', { method: 'POST', headers: { ...everywhere, ...headers }, body });
  const bodies = [
    stray.noJson,
    `{"query": ${stray.noJson}}`,
    `{"query":"{ providers { key } }","variables":"${JSON.stringify(stray.noJson).slice(1, -1)}"}`,
    JSON.stringify({ query: '{ providers { key } }', [stray.own]: 1 }),
    JSON.stringify([stray.noJson]),
    JSON.stringify({ query: `{ ${stray.own} }` }),
    JSON.stringify({ query: '{ providers { key } }', operationName: stray.own }),
    JSON.stringify({ query: '{ providers { key } }', extensions: { token: stray.extension } }),
    JSON.stringify({ extensions: { persistedQuery: { version: 1, sha256Hash: stray.extension } } }),
    JSON.stringify({ query: '{ __typename }', extensions: { persistedQuery: { version: 1, sha256Hash: stray.extension } } }), // prettier-ignore
    JSON.stringify({ documentId: stray.extension }),
  ];
  await Promise.all(
    bodies.flatMap((body) => [
      post(body),
      post(body, { 'content-type': 'text/plain' }),
      post(body, { ...JSON_TYPE, accept: 'application/graphql-response+json' }),
    ]),
  );
  await remembered(caller, secrets);
  const wrongVariables: readonly (readonly [string, object])[] = [
    ['query ($n: Int) { jobs(first: $n) { nodes { id } } }', { n: stray.own }],
    ['query ($f: JobFilter) { jobs(filter: $f) { nodes { id } } }', { f: { states: [stray.own] } }],
    ['query ($f: JobFilter) { jobs(filter: $f) { nodes { id } } }', { f: { [stray.own]: 1 } }],
    ['query ($a: String) { jobs(after: $a) { nodes { id } } }', { a: stray.own }],
    ['query ($id: ID!) { job(id: $id) { id } }', { id: stray.own }],
    ['query ($f: JobFilter) { jobs(filter: $f) { nodes { id } } }', { f: { providers: [stray.own] } }],
    ['query ($f: JobFilter) { jobs(filter: $f) { nodes { id } } }', { f: { createdFrom: stray.own } }],
  ];
  await Promise.all(
    wrongVariables.map(([document, variables]) => caller.ask(document, variables, everywhere)),
  );
  await caller.ask('{ __schema { types { name description } } }', {}, ops);
  // Somebody who has one key tries others in what they send.
  await caller.ask('query ($k: String!) { provider(key: $k) { key } }', { k: wrongKey }, ops);
  await caller.ask('query ($k: String!) { provider(key: $k) { key } }', { k: keys.reader.key }, ops);
}

/** A document with a secret in it, which the gateway is told to remember. */
async function remembered(caller: Caller, secrets: Secrets): Promise<void> {
  const { ops } = identities(secrets);
  const query = `{ providers { key } } # ${secrets.stray.extension}`;
  const persistedQuery = { version: 1, sha256Hash: createHash('sha256').update(query).digest('hex') };
  await caller.ask(query, {}, ops, { extensions: { persistedQuery } });
  const body = JSON.stringify({ extensions: { persistedQuery } });
  const told = await caller.send('/graphql', { method: 'POST', headers: { ...JSON_TYPE, ...ops }, body });
  if (!told.body.includes('"providers"')) throw new Error('a registered document is not known');
}

/** The same over WebSockets. */
export async function knockOnSockets(caller: Caller, secrets: Secrets): Promise<number[]> {
  const { stray, wrongKey, endedJwt, keys } = secrets;
  const codes = [];
  for (const init of [
    { apiKey: wrongKey },
    { authorization: `Bearer ${endedJwt}` },
    { authorization: `Basic ${Buffer.from(stray.basicAuthorization).toString('base64')}` },
    { authorization: { token: stray.init } },
    { password: stray.init },
  ]) {
    const client = await caller.socket(init, { cookie: `session=${stray.cookie}` });
    codes.push((await client.end()).code);
  }
  for (const frame of [
    stray.frame,
    `{"type":"subscribe","id":"1","payload":{"query":${stray.frame}}}`,
    JSON.stringify({ type: stray.frame }),
    JSON.stringify({ type: 'subscribe', id: stray.frame, payload: { query: 7 } }),
    JSON.stringify({ type: 'subscribe', id: 'x', payload: stray.frame }),
  ]) {
    const client = await caller.socket({ apiKey: keys.admin.key, secret: stray.init });
    await client.received(({ type }) => type === 'connection_ack');
    client.send(frame);
    codes.push((await client.end()).code);
  }
  const client = await caller.socket({ apiKey: keys.admin.key });
  await client.received(({ type }) => type === 'connection_ack');
  client.subscribe('a', `{ ${stray.own} }`);
  client.subscribe('b', 'query ($n: Int) { jobs(first: $n) { nodes { id } } }', { n: stray.own });
  client.subscribe('c', 'subscription ($f: JobFilter) { jobEvents(filter: $f) { __typename } }', { f: { states: [stray.own] } }); // prettier-ignore
  client.subscribe('d', 'subscription ($a: String) { jobEvents(after: $a) { __typename } }', {
    a: stray.own,
  });
  for (const id of ['a', 'b', 'c'])
    await client.received((message) => message.type === 'error' && message.id === id);
  await client.received((message) => message.id === 'd');
  client.send({ type: 'ping', payload: { token: stray.own } });
  await client.received(({ type }) => type === 'pong');
  client.send({ type: 'connection_init', payload: { apiKey: wrongKey } });
  codes.push((await client.end()).code);
  return codes;
}
