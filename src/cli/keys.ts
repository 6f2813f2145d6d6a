import { API_KEY_PATTERN, KEY_ID_PATTERN, spellKeyHash } from '../config/key-hash.ts';
import { createKey, hashKey } from '../server/auth/key-secret.ts';

export interface KeysOptions {
  readonly id?: string | number | undefined;
}

/** Where keys are read from, and what is said where. */
export interface KeysStreams {
  readonly input: AsyncIterable<Buffer | string> & { readonly isTTY?: boolean };
  readonly write: (text: string) => void;
  /** For people, beside the answer. */
  readonly tell: (text: string) => void;
}

const PROCESS: KeysStreams = {
  input: process.stdin,
  write: (text) => void process.stdout.write(text),
  tell: (text) => void process.stderr.write(text),
};

/** More than a key can be: whoever pipes in something else is told so before all of it was read. */
const MAX_INPUT = 1_024;

/** `keys create` makes a key and shows it once; `keys hash` reads one. Both print what the configuration is to hold. */
export async function keys(action: string, options: KeysOptions, streams = PROCESS): Promise<void> {
  if (action === 'create') return create(options, streams);
  if (action === 'hash') return hash(streams);
  throw new RangeError('There is "keys create --id NAME" and "keys hash".');
}

async function create({ id }: KeysOptions, { write }: KeysStreams): Promise<void> {
  const name = String(id ?? '');
  if (!KEY_ID_PATTERN.test(name)) {
    throw new RangeError(
      '--id must be 1 to 40 lower-case letters, digits and inner hyphens: who the key is for.',
    );
  }
  const key = createKey(name);
  write(`The key of "${name}". It is shown once, and kept nowhere:\n\n  ${key}\n\n${await entry(name, key)}`);
}

async function hash({ input, write, tell }: KeysStreams): Promise<void> {
  if (input.isTTY === true) tell('Paste the key, and press Enter: ');
  const key = (await firstLine(input)).trim();
  const id = API_KEY_PATTERN.exec(key)?.[1];
  // Nothing of what was read is repeated.
  if (id === undefined) throw new RangeError('What was read is no key: gw_<id>_<43 characters>.');
  write(await entry(id, key));
}

async function entry(id: string, key: string): Promise<string> {
  const lines = [
    'For "auth.apiKeys" of the configuration:',
    '',
    `    - id: ${JSON.stringify(id)}`,
    `      hash: ${spellKeyHash(await hashKey(key))}`,
    '      grants: [{ scopes: [read] }]',
    '',
  ];
  return lines.join('\n');
}

async function firstLine(input: KeysStreams['input']): Promise<string> {
  let text = '';
  for await (const chunk of input) {
    text += chunk.toString();
    if (text.includes('\n') || text.length > MAX_INPUT) break;
  }
  return text.split(/\r?\n/)[0] ?? '';
}
