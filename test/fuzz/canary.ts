import { randomBytes } from 'node:crypto';

const MARK_BYTES = 8;
const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';

function randomText(length: number): string {
  return Array.from(randomBytes(length), (byte) => ALPHABET[byte % ALPHABET.length]).join('');
}

/** What base64 makes of a text wherever it stands: three spellings, each without the characters its neighbours share. */
function base64Forms(text: string): string[] {
  return [0, 1, 2].map((before) => {
    const encoded = Buffer.concat([Buffer.alloc(before), Buffer.from(text)]).toString('base64');
    const from = Math.ceil((before * 8) / 6);
    return encoded.slice(from, Math.floor(((before + text.length) * 8) / 6));
  });
}

/**
 * Secrets that must never come out. All of one process begin with the same mark, which stands nowhere else, so that one
 * look finds any of them: as it is, in base64, in base64url, URL-encoded (which leaves it as it is) and in hex.
 */
export class Canaries {
  readonly #mark = randomText(MARK_BYTES);
  readonly #forms: string[];
  readonly #named = new Map<string, string>();
  /** Those that others make, such as tokens: the newest few. */
  readonly #others = new Map<string, string>();

  constructor() {
    const encoded = base64Forms(this.#mark);
    const hex = Buffer.from(this.#mark).toString('hex');
    this.#forms = [
      ...new Set([
        this.#mark,
        ...encoded,
        ...encoded.map((form) => form.replaceAll('+', '-').replaceAll('/', '_')),
        ...encoded.map((form) => encodeURIComponent(form)),
        hex,
        hex.toUpperCase(),
      ]),
    ];
  }

  /** A new secret of so many letters and digits. */
  secret(name: string, length = 32): string {
    const secret = this.#mark + randomText(length - MARK_BYTES);
    this.#named.set(secret, name);
    return secret;
  }

  /** Something secret that was not made here: its end is looked for. */
  add(name: string, secret: string): void {
    this.#others.set(secret.slice(-40), name);
    for (const oldest of this.#others.keys()) {
      if (this.#others.size <= 20) break;
      this.#others.delete(oldest);
    }
  }

  /** What leaks in a text; null when nothing does. Never the secret itself. */
  foundIn(text: string): string | null {
    for (const form of this.#forms) {
      const at = text.indexOf(form);
      if (at !== -1) return this.#nameAt(text, at);
    }
    for (const [secret, name] of this.#others) if (text.includes(secret)) return name;
    return null;
  }

  #nameAt(text: string, at: number): string {
    for (const [secret, name] of this.#named) if (text.startsWith(secret, at)) return name;
    return 'a secret, encoded or in part';
  }
}
