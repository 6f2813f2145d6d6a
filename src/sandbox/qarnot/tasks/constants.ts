import type { SimJob } from '../../world/types.ts';
import type { JsonObject, JsonValue } from '../wire/json.ts';
import { isArray, isObject } from '../wire/json.ts';

/** Profiles that run a container read these; the rest of the constants become its environment. */
const DOCKER = { repository: 'DOCKER_REPO', tag: 'DOCKER_TAG', command: 'DOCKER_CMD' } as const;

const SECRET_PREFIX = 'QARNOT_SECRET__';

/** `{key, value}` pairs of a request, in order; the last of a repeated key counts. */
export function readConstants(value: JsonValue | undefined): Map<string, string> {
  const constants = new Map<string, string>();
  for (const item of isArray(value) ? value : []) {
    if (isObject(item) && typeof item['key'] === 'string') {
      constants.set(item['key'], typeof item['value'] === 'string' ? item['value'] : '');
    }
  }
  return constants;
}

export function writeConstants(constants: ReadonlyMap<string, string>): JsonObject[] {
  return [...constants].map(([key, value]) => ({ key, value }));
}

/** How constants read back: the values of secret ones are hidden. */
export function hideSecrets(value: JsonValue | undefined): JsonObject[] {
  const constants = readConstants(value);
  for (const key of constants.keys()) if (key.startsWith(SECRET_PREFIX)) constants.set(key, '[SECRET]');
  return writeConstants(constants);
}

export interface Program {
  readonly image: string;
  readonly command: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

/** What a task's constants make the world run. */
export function programOf(constants: ReadonlyMap<string, string>, profile: string): Program {
  const repository = constants.get(DOCKER.repository) ?? profile;
  const tag = constants.get(DOCKER.tag);
  const known: readonly string[] = Object.values(DOCKER);
  return {
    image: tag === undefined || tag === '' ? repository : `${repository}:${tag}`,
    command: splitWords(constants.get(DOCKER.command) ?? ''),
    env: Object.fromEntries([...constants].filter(([key]) => !known.includes(key))),
  };
}

/** The constants that a task of the world would have been created with. */
export function constantsOf(job: SimJob): Map<string, string> {
  const colon = job.image.lastIndexOf(':');
  const tagged = colon > job.image.lastIndexOf('/');
  return new Map([
    [DOCKER.repository, tagged ? job.image.slice(0, colon) : job.image],
    ...(tagged ? [[DOCKER.tag, job.image.slice(colon + 1)] as const] : []),
    [DOCKER.command, joinWords(job.command)],
    ...Object.entries(job.env),
  ]);
}

function joinWords(words: readonly string[]): string {
  return words
    .map((word) => (/^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`))
    .join(' ');
}

/** Splits a command line as a shell does, as far as quotes and backslashes go. */
export function splitWords(line: string): string[] {
  const words: string[] = [];
  const pattern =
    /(?:'(?<single>[^']*)'|"(?<double>(?:\\.|[^"\\])*)"|\\(?<escaped>.)|(?<plain>[^\s'"\\]+)|(?<space>\s+)|(?<rest>.))/gs;
  let word: string | null = null;
  for (const { groups = {} } of line.matchAll(pattern)) {
    const { single, double, escaped, plain, space, rest } = groups;
    if (space !== undefined) {
      if (word !== null) words.push(word);
      word = null;
      continue;
    }
    const piece = single ?? double?.replaceAll(/\\(["\\$`])/g, '$1') ?? escaped ?? plain ?? rest ?? '';
    word = (word ?? '') + piece;
  }
  if (word !== null) words.push(word);
  return words;
}
