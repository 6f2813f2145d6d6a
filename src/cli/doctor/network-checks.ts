import { lookup } from 'node:dns/promises';
import { connect, isIP, type Socket } from 'node:net';
import { connect as connectTls, type TLSSocket } from 'node:tls';
import { request } from 'undici';
import { codeOf, fail, ok, skipped, warn, type Finding } from './finding.ts';

/** How long each step may take, in milliseconds. */
const STEP_MS = 5_000;
const DAY_MS = 86_400_000;
const CERTIFICATE_DAYS = 14;
/** A Date header has no fraction, and the answer took a moment. */
const SKEW_WARN_MS = 5_000;
const SKEW_FAIL_MS = 300_000;

/** From the name of a host to its clock, a step at a time; what comes after a step that failed is skipped. */
export async function checkNetwork(
  subject: string,
  url: URL,
  now: () => number = Date.now,
): Promise<Finding[]> {
  const steps: [string, () => Promise<Finding>][] = [
    ['dns', () => checkDns(subject, hostOf(url))],
    ['tcp', () => checkTcp(subject, url)],
    ...(url.protocol === 'https:'
      ? [['tls', () => checkTls(subject, url)] satisfies [string, () => Promise<Finding>]]
      : []),
    ['clock', () => checkClock(subject, url, now)],
  ];
  const findings: Finding[] = [];
  for (const [check, look] of steps) {
    const before = findings.find(({ verdict }) => verdict === 'FAIL');
    findings.push(
      before === undefined ? await look() : skipped(check, subject, `After "${before.check}" failed.`),
    );
  }
  return findings;
}

function hostOf({ hostname }: URL): string {
  return hostname.replace(/^\[|\]$/g, '');
}

function portOf({ port, protocol }: URL): number {
  return port === '' ? (protocol === 'https:' ? 443 : 80) : Number(port);
}

async function checkDns(subject: string, host: string): Promise<Finding> {
  if (isIP(host) !== 0) return ok('dns', subject, `${host} is an address already.`);
  try {
    const found = await within(lookup(host, { all: true }), () => {});
    return ok('dns', subject, `${host} is ${found.map(({ address }) => address).join(', ')}.`);
  } catch (error) {
    return fail('dns', subject, `${host} is not found (${codeOf(error)}).`, 'Correct "url", or the resolver of this machine.'); // prettier-ignore
  }
}

async function checkTcp(subject: string, url: URL): Promise<Finding> {
  const [host, port] = [hostOf(url), portOf(url)];
  const beganAt = performance.now();
  const socket = connect({ host, port });
  try {
    await established(socket, 'connect');
    return ok('tcp', subject, `Connected to port ${String(port)} in ${String(Math.round(performance.now() - beganAt))} ms.`); // prettier-ignore
  } catch (error) {
    return fail(
      'tcp',
      subject,
      `No connection to ${host}:${String(port)} (${codeOf(error)}).`,
      'Check the port in "url", firewalls on the way, and whether the provider is up.',
    );
  } finally {
    socket.destroy();
  }
}

async function checkTls(subject: string, url: URL): Promise<Finding> {
  const host = hostOf(url);
  // Looked at however it is: what is wrong with a certificate is told below. Nothing is sent over this connection.
  const socket = connectTls({
    host,
    port: portOf(url),
    rejectUnauthorized: false,
    ...(isIP(host) === 0 ? { servername: host } : {}),
  });
  try {
    await established(socket, 'secureConnect');
    return judgeCertificate(subject, socket);
  } catch (error) {
    return fail('tls', subject, `No TLS at this port (${codeOf(error)}).`, 'Check whether "url" should say http, or another port.'); // prettier-ignore
  } finally {
    socket.destroy();
  }
}

function judgeCertificate(subject: string, socket: TLSSocket): Finding {
  if (!socket.authorized) {
    return fail(
      'tls',
      subject,
      `The certificate is not trusted (${codeOf(socket.authorizationError)}).`,
      'Renew it, correct the host in "url", or name its authority with NODE_EXTRA_CA_CERTS.',
    );
  }
  const days = Math.floor((Date.parse(socket.getPeerCertificate().valid_to) - Date.now()) / DAY_MS);
  const detail = `${socket.getProtocol() ?? 'TLS'}; the certificate is good for ${String(days)} days.`;
  return days < CERTIFICATE_DAYS
    ? warn('tls', subject, detail, 'Have it renewed.')
    : ok('tls', subject, detail);
}

/** By the Date header of any answer, asked for without a credential. */
async function checkClock(subject: string, url: URL, now: () => number): Promise<Finding> {
  try {
    const askedAt = now();
    const { headers, body } = await request(url, { method: 'GET', headersTimeout: STEP_MS, bodyTimeout: STEP_MS }); // prettier-ignore
    const answeredAt = now();
    await body.dump();
    const date = Date.parse(String(headers.date ?? ''));
    if (Number.isNaN(date)) return skipped('clock', subject, 'It does not say what time it is.');
    return judgeSkew(subject, date + 500 - (askedAt + answeredAt) / 2);
  } catch (error) {
    return skipped('clock', subject, `No answer to a plain request (${codeOf(error)}).`);
  }
}

function judgeSkew(subject: string, skewMs: number): Finding {
  const seconds = Math.round(Math.abs(skewMs) / 1000);
  const detail = `Its clock is ${String(seconds)} s ${skewMs < 0 ? 'behind' : 'ahead of'} this machine’s.`;
  if (Math.abs(skewMs) <= SKEW_WARN_MS) return ok('clock', subject, 'Its clock and this machine’s agree.');
  const judge = Math.abs(skewMs) > SKEW_FAIL_MS ? fail : warn;
  return judge(
    'clock',
    subject,
    detail,
    'Set this machine’s clock by NTP; if it is right, tell the provider.',
  );
}

/** Whether the keys of a token issuer can be had. */
export async function checkKeySet(issuer: string, url: URL): Promise<Finding> {
  const fix = 'Correct "jwksUrl", or let the gateway reach the issuer.';
  try {
    const { statusCode, body } = await request(url, { headersTimeout: STEP_MS, bodyTimeout: STEP_MS });
    const text = await body.text();
    const keys: unknown = statusCode === 200 ? Object(JSON.parse(text)).keys : null;
    if (Array.isArray(keys) && keys.length > 0) {
      return ok('jwks', issuer, `${String(keys.length)} keys are published.`);
    }
    return fail('jwks', issuer, `HTTP ${String(statusCode)}, and no set of keys.`, fix);
  } catch (error) {
    return fail('jwks', issuer, `The keys cannot be read (${codeOf(error)}).`, fix);
  }
}

function established(socket: Socket, event: 'connect' | 'secureConnect'): Promise<void> {
  return within(
    new Promise((resolve, reject) => {
      socket.once(event, resolve);
      socket.once('error', reject);
    }),
    () => socket.destroy(),
  );
}

/** Rejects after the time of one step. */
function within<T>(work: Promise<T>, giveUp: () => void): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      giveUp();
      reject(Object.assign(new Error('It took too long.'), { code: 'ETIMEDOUT' }));
    }, STEP_MS);
    work.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}
