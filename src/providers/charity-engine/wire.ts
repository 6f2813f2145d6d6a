/**
 * The adapter for Charity Engine's Remote Job Submission API, version 2. This folder owns everything that is particular to
 * that API: its calls, its words, and their reading into the unified model. Only `index.ts` is for others, and
 * `callback.ts` for the server that is to receive the vendor's capacity calls.
 *
 * The vendor calls its API a draft, and its machine-readable definition was not to be had. What is relied on here was put
 * together from several public sources, none of it tried on the service; so every member is optional, and
 * several shapes of an answer are understood.
 */
import { isWire, listOf, textOf, type Wire } from '../reading.ts';
import { DEFAULT_PART, isPartName, orderOfPart } from './keys.ts';

/** One job as the status call tells of it. */
export interface JobAnswer {
  /** `vmStatus`: the machine or container around the work. */
  readonly vmWord: string | null;
  /** A `status` or `state` of the job itself; none was ever seen. */
  readonly ownWord: Word | null;
  /** The entries of `states`, each named once; only one called "default" was ever seen. */
  readonly parts: readonly PartAnswer[];
  /** A `log` of the job itself, for answers without parts. */
  readonly log: string | null;
}

export interface PartAnswer {
  readonly name: string;
  /** Null when the part tells no state. */
  readonly word: Word | null;
  /** All that was printed so far, or what the service still has of it. */
  readonly log: string | null;
}

/** A status word and the member it stood in. */
export interface Word {
  readonly value: string;
  readonly field: string;
}

const MAX_WORD = 200;
/** A job has one part wherever one was seen: this only bounds what a broken answer can cost. */
const MAX_PARTS = 500;

function wordOf(value: unknown, field: string): Word | null {
  const text = textOf(value)?.trim() ?? '';
  return text === '' ? null : { value: text.slice(0, MAX_WORD).replace(/\p{Cs}/gu, '\uFFFD'), field };
}

function firstWord(row: Wire, prefix = ''): Word | null {
  return wordOf(row['status'], `${prefix}status`) ?? wordOf(row['state'], `${prefix}state`);
}

function logOf(row: Wire): string | null {
  return typeof row['log'] === 'string' ? row['log'] : null;
}

/** Reads one job. Whatever is missing or of the wrong type is absent. */
export function jobAnswerOf(row: Wire): JobAnswer {
  return {
    vmWord: wordOf(row['vmStatus'], 'vmStatus')?.value ?? null,
    ownWord: firstWord(row),
    parts: partsOf(row['states']),
    log: logOf(row),
  };
}

/** `states` is an object by name; a list is understood, too. */
function partsOf(states: unknown): PartAnswer[] {
  const named: [string | null, unknown][] = isWire(states)
    ? Object.entries(states)
    : listOf(states).map((item) => [
        isWire(item) ? (textOf(item['name']) ?? textOf(item['key']) ?? textOf(item['id'])) : null,
        item,
      ]);
  const parts = new Map<string, PartAnswer>();
  for (const [i, [told, value]] of named.slice(0, MAX_PARTS).entries()) {
    const name = told !== null && isPartName(told) && !parts.has(told) ? told : i === 0 ? DEFAULT_PART : String(i); // prettier-ignore
    if (parts.has(name)) continue;
    const field = `states.${name}`;
    if (isWire(value)) parts.set(name, { name, word: firstWord(value, `${field}.`), log: logOf(value) });
    else if (typeof value === 'string') parts.set(name, { name, word: wordOf(value, field), log: null });
  }
  return [...parts.values()].sort((a, b) => (orderOfPart(a.name) < orderOfPart(b.name) ? -1 : 1));
}

/** Whether an object that stands alone is a job. */
function isJob(row: Wire): boolean {
  return ['vmStatus', 'states', 'status', 'state'].some(
    (member) => typeof row[member] === 'string' || (typeof row[member] === 'object' && row[member] !== null),
  );
}

/** A job id, which may arrive as a number. */
function idOf(value: unknown): string | null {
  return typeof value === 'number' && Number.isSafeInteger(value) ? String(value) : textOf(value);
}

/** What a status answer holds by id, still undecoded, and how many entries name no job. */
export interface JobRows {
  readonly byId: ReadonlyMap<string, unknown>;
  readonly nameless: number;
}

/**
 * The jobs of a status answer: `jobs` as an object by id, or as a list of objects with an id; or the object by id at
 * the top level; or a single job where one was asked for. Null when the answer is none of these.
 */
export function jobRowsOf(answer: Wire, ids: readonly string[]): JobRows | null {
  const { jobs } = answer;
  if (isWire(jobs)) return { byId: new Map(Object.entries(jobs)), nameless: 0 };
  if (Array.isArray(jobs)) return rowsById(jobs);
  const bare = ids.filter((id) => Object.hasOwn(answer, id) && isWire(answer[id]));
  if (bare.length > 0) return { byId: new Map(bare.map((id) => [id, answer[id]])), nameless: 0 };
  const [only] = ids;
  if (ids.length === 1 && only !== undefined && isJob(answer)) {
    return { byId: new Map([[only, answer]]), nameless: 0 };
  }
  return answer['success'] === true ? { byId: new Map(), nameless: 0 } : null;
}

function rowsById(rows: readonly unknown[]): JobRows {
  const byId = new Map<string, unknown>();
  let nameless = 0;
  for (const row of rows) {
    const id = isWire(row) ? (idOf(row['id']) ?? idOf(row['jobId']) ?? idOf(row['job_id'])) : null;
    if (id === null) nameless += 1;
    else byId.set(id, row);
  }
  return { byId, nameless };
}
