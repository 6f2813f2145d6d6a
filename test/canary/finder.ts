/**
 * The canary-secret test: a gateway as its own process in which every secret there can be is a canary, everything is driven,
 * and every byte that comes out is looked through. `finder.ts` looks, `secrets.ts` names what must stay inside, `house.ts` puts
 * it all up, `drive-*.ts` does what callers, strangers, providers and operators do. Only the tests of this folder use it.
 */
import { createHash } from 'node:crypto';

/** So many characters of a secret in a row are a leak. Fewer turn up by chance where there are hundreds of secrets and megabytes. */
const WINDOW = 12;
/** Texts are looked at in steps: whatever is this much longer than a window is certain to be found. */
const STRIDE = 4;
/** Texts in texts: base64 of base64 of … */
const MAX_DEPTH = 2;
const BASE64_RUN = /[A-Za-z0-9+/_-]{32,}={0,2}/g;
/** What a fingerprint may tell: 64 bits. */
const FINGERPRINT_DIGITS = 16;

const ENTITIES: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };
const ESCAPE =
  /\\u([0-9a-f]{4})|\\x([0-9a-f]{2})|\\(["'\\/])|%([0-9a-f]{2})|&#(\d{1,5});|&#x([0-9a-f]{1,4});|&(amp|lt|gt|quot|apos);/gi;

export interface Leak {
  /** Which secret, by name. */
  readonly secret: string;
  /** How it was written. */
  readonly form: string;
  /** What stands around it, without it. */
  readonly around: string;
}

interface Trace {
  readonly secret: string;
  readonly form: string;
}

/** Finds secrets in whatever comes out, however they are written, and parts of them. */
export class Finder {
  readonly #traces = new Map<string, Trace>();

  /** From now on this must be nowhere. At least 24 characters of it should be random. */
  add(secret: string, value: string): void {
    for (const [form, text] of formsOf(value)) {
      for (let at = 0; at + WINDOW <= text.length; at += 1) {
        this.#traces.set(text.slice(at, at + WINDOW), { secret, form });
      }
    }
  }

  /** Every secret that a text holds, once. */
  find(bytes: Buffer | string): Leak[] {
    const leaks = new Map<string, Leak>();
    this.#look(typeof bytes === 'string' ? bytes : bytes.toString('latin1'), '', 0, leaks);
    return [...leaks.values()];
  }

  #look(text: string, how: string, depth: number, leaks: Map<string, Leak>): void {
    this.#scan(text, how, leaks);
    const plain = unescaped(text);
    if (plain !== text) this.#scan(plain, `${how}escaped `, leaks);
    if (depth === MAX_DEPTH) return;
    for (const [run] of text.matchAll(BASE64_RUN)) {
      this.#look(Buffer.from(run, 'base64').toString('latin1'), `${how}in base64: `, depth + 1, leaks);
    }
  }

  #scan(text: string, how: string, leaks: Map<string, Leak>): void {
    for (let at = 0; at + WINDOW <= text.length; at += STRIDE) {
      const trace = this.#traces.get(text.slice(at, at + WINDOW));
      if (trace === undefined || leaks.has(trace.secret)) continue;
      const around = `${text.slice(Math.max(0, at - 160), at)}[${trace.secret}]${text.slice(at + WINDOW, at + 80)}`;
      leaks.set(trace.secret, { ...trace, form: how + trace.form, around });
    }
  }
}

/** Escapes of JSON, of URLs and of HTML, undone. */
function unescaped(text: string): string {
  return text.replaceAll(ESCAPE, (_, u: string, x: string, plain: string, percent: string, decimal: string, hex: string, name: string) => {
    if (plain !== undefined) return plain;
    if (name !== undefined) return ENTITIES[name.toLowerCase()] ?? '';
    return String.fromCharCode(decimal === undefined ? Number.parseInt(u ?? x ?? percent ?? hex, 16) : Number(decimal));
  }); // prettier-ignore
}

/** The same secret, as others may write it. */
export function formsOf(value: string): [form: string, text: string][] {
  const bytes = Buffer.from(value);
  const hex = bytes.toString('hex');
  const forms: [string, string][] = [
    ['plain', bytes.toString('latin1')],
    ['in capitals', value.toUpperCase()],
    ['in small letters', value.toLowerCase()],
    ['backwards', Array.from(value).toReversed().join('')],
    ['hex', hex],
    ['HEX', hex.toUpperCase()],
  ];
  for (const before of [0, 1, 2]) {
    const encoded = Buffer.concat([Buffer.alloc(before), bytes]).toString('base64');
    // The characters that its neighbours share are theirs.
    const own = encoded.slice(Math.ceil((before * 8) / 6), Math.floor(((before + bytes.length) * 8) / 6));
    forms.push([`base64 +${String(before)}`, own], [`base64url +${String(before)}`, urlSafe(own)]);
  }
  for (const text of [
    value,
    `Bearer ${value}`,
    `gridweave credential\nauthorization\nBearer ${value}`,
    `gridweave credential\nauthorization\n${value}`,
  ]) {
    const digest = createHash('sha256').update(text).digest();
    // Any window of this reaches beyond what a fingerprint shows.
    forms.push(['sha256', digest.toString('hex').slice(FINGERPRINT_DIGITS - WINDOW + 1)]);
    forms.push(
      ['sha256 in base64', digest.toString('base64')],
      ['sha256 in base64url', digest.toString('base64url')],
    );
  }
  return forms;
}

function urlSafe(base64: string): string {
  return base64.replaceAll('+', '-').replaceAll('/', '_');
}
