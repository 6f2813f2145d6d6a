import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** How a text is written where it comes back. */
type Spelling = (text: string) => string;

const json: Spelling = (text) => JSON.stringify(text).slice(1, -1);
const coded = (text: string, which: RegExp, spell: (code: string) => string): string =>
  json(text).replaceAll(which, (char) => spell(char.charCodeAt(0).toString(16).padStart(4, '0')));

export const SPELLINGS = {
  json,
  // PHP.
  slashed: (text) => json(text).replaceAll('/', '\\/'),
  // Go.
  go: (text) => coded(text, /[<>&]/g, (code) => `\\u${code}`),
  // .NET.
  dotnet: (text) => coded(text.replaceAll('"', '\u0001'), /[<>&'+\u0080-\uffff]/g, (code) => `\\u${code.toUpperCase()}`).replaceAll('\\u0001', '\\u0022'), // prettier-ignore
  escaped: (text) => coded(text, /[a-z0-9]/gi, (code) => `\\u${code}`),
  url: (text) => encodeURIComponent(text),
  html: (text) => json(text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;').replaceAll("'", '&#39;')), // prettier-ignore
  half: (text) =>
    json(
      text
        .split(' | ')
        .map((one) => one.slice(0, Math.ceil(one.length * 0.6)))
        .join(' | '),
    ),
} satisfies Record<string, Spelling>;

/** Every place in which some API keeps its words. */
export function bodyWith(said: string): string {
  const member = (name: string): string => `"${name}":"the credential ${said} is not good enough"`;
  const texts = ['message', 'Message', 'error', 'Error', 'detail', 'details', 'title', 'Component', 'error_description', 'reason'].map(member); // prettier-ignore
  return `{${texts.join()},"code":"x","Code":"${wordIn(said)}","errors":{"${said}":["bad ${said}"]},"complianceIssues":[{"field":"a","details":"${said}"}]}`;
}

interface Misbehaviour {
  readonly name: string;
  readonly answer: (response: ServerResponse, said: string, trapUrl: string) => void;
}

const JSON_TYPE = { 'content-type': 'application/json' };

/** What a header can hold of what was said. */
const headerSafe = (said: string): string => said.replaceAll(/[^\x20-\x7e]+/g, ' ').trim();
/** What stands in ids: the core of each secret. */
const wordIn = (said: string): string => /[A-Za-z0-9]{16,}/.exec(said)?.[0] ?? 'nothing';

const REFUSALS: Misbehaviour[] = [400, 401, 403, 404, 409, 422, 429, 500, 503].map((status) => ({
  name: `${String(status)} with JSON`,
  answer: (response, said) => response.writeHead(status, JSON_TYPE).end(bodyWith(json(said))),
}));

const SPELLED: Misbehaviour[] = Object.entries(SPELLINGS).map(([name, spell]) => ({
  name: `422 with JSON, ${name}`,
  answer: (response, said) => response.writeHead(422, JSON_TYPE).end(bodyWith(spell(said))),
}));

export const MISBEHAVIOURS: readonly Misbehaviour[] = [
  ...REFUSALS,
  ...SPELLED,
  { name: '400 with text', answer: (response, said) => response.writeHead(400, { 'content-type': 'text/plain' }).end(`bad: ${said}`) },
  { name: '400 with a cut text', answer: (response, said) => response.writeHead(400).end(`bad: ${said.slice(0, Math.floor(said.length / 2))}`) },
  { name: '502 with a page', answer: (response, said) => response.writeHead(502, { 'content-type': 'text/html' }).end(`<html><b>${said}</b></html>`) },
  { name: '200 that is no JSON', answer: (response, said) => response.writeHead(200, JSON_TYPE).end(`<!-- ${said} -->`) },
  { name: '200 with a refusal', answer: (response, said) => response.writeHead(200, JSON_TYPE).end(JSON.stringify({ error: said, message: said })) },
  { name: '200 that is cut off', answer: (response, said) => void response.writeHead(200, { ...JSON_TYPE, 'content-length': '100000' }).write(`{"said":"${json(said)}`, () => response.destroy()) },
  { name: 'a redirect', answer: (response, said, trapUrl) => response.writeHead(302, { location: `${trapUrl}/?said=${encodeURIComponent(said)}` }).end(said) },
  { name: 'a redirect that keeps the method', answer: (response, said, trapUrl) => response.writeHead(307, { location: `${trapUrl}/${encodeURIComponent(said)}` }).end() },
  {
    name: 'headers and trailers',
    answer: (response, said) => {
      const word = wordIn(said);
      const told = { 'x-request-id': word, 'x-correlation-id': word, 'request-id': word, 'retry-after': word, 'www-authenticate': headerSafe(said), 'set-cookie': `s=${word}`, server: word, link: `<${word}>`, 'x-bacalhau-git-version': word, trailer: 'x-said' };
      response.writeHead(503, { ...JSON_TYPE, ...told });
      response.write('{}');
      response.addTrailers({ 'x-said': headerSafe(said) });
      response.end();
    },
  },
  { name: 'a reason phrase', answer: (response, said) => response.writeHead(401, headerSafe(said)).end() },
  { name: 'no HTTP at all', answer: (response, said) => response.socket?.end(`${said}\r\n\r\n`) },
  { name: 'a reset', answer: (response) => response.socket?.resetAndDestroy() },
]; // prettier-ignore

export interface EchoingProvider {
  readonly url: string;
  /** What is done from now on. */
  misbehaviour: Misbehaviour;
  /** Whether a token is given for a client. Else that is refused like everything. */
  givesTokens: boolean;
  /** Requests so far. */
  readonly requests: number;
  close(): Promise<void>;
}

/** A provider, of whatever kind, that says what it was sent in everything it answers. */
export async function startEchoingProvider(issued: string, trapUrl: string): Promise<EchoingProvider> {
  const state = { misbehaviour: MISBEHAVIOURS[0]!, givesTokens: true, requests: 0 };
  const server = createServer((request, response) => {
    state.requests += 1;
    response.on('error', () => {});
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const body = Buffer.concat(chunks).toString();
      if (state.givesTokens && request.url?.endsWith('/token') === true) {
        response.writeHead(200, JSON_TYPE).end(JSON.stringify({ accessToken: issued, access_token: issued, expiresIn: 3_600, expires_in: 3_600 })); // prettier-ignore
      } else state.misbehaviour.answer(response, said(request, body), trapUrl);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return Object.assign(state, {
    url: `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`,
    close: () => {
      server.closeAllConnections();
      return new Promise<void>((resolve) => void server.close(() => resolve()));
    },
  });
}

/** The credential, wherever it was, and the values of `env` among the rest of the body. */
function said({ headers: { authorization = '' } }: IncomingMessage, body: string): string {
  const pair = /^Basic (.+)$/.exec(authorization)?.[1];
  const inside = pair === undefined ? '' : Buffer.from(pair, 'base64').toString();
  return [authorization, inside, ...textsIn(parsed(body))].join(' | ');
}

function parsed(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return body;
  }
}

function textsIn(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(textsIn) : [];
}
