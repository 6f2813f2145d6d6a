/** Request bodies as Go decodes them: field names in any case, unknown fields ignored, wrong types a 400. */
import type { EmulatorRequest } from '../../http.ts';
import { firstDocument } from './json-document.ts';
import { bindError } from './refusal.ts';

/** A JSON object being read as a Go struct. Absent and null fields are the zero value. */
export class GoStruct {
  readonly #fields = new Map<string, unknown>();
  readonly #path: string;

  constructor(raw: Readonly<Record<string, unknown>>, path = '') {
    for (const [name, value] of Object.entries(raw)) this.#fields.set(name.toLowerCase(), value);
    this.#path = path;
  }

  has(name: string): boolean {
    const value = this.#fields.get(name.toLowerCase());
    return value !== undefined && value !== null;
  }

  string(name: string): string {
    const value = this.#get(name);
    if (value === undefined) return '';
    if (typeof value !== 'string') throw this.#wrongType(name, 'string', value);
    return value;
  }

  boolean(name: string): boolean {
    const value = this.#get(name);
    if (value === undefined) return false;
    if (typeof value !== 'boolean') throw this.#wrongType(name, 'bool', value);
    return value;
  }

  /** A whole number; undefined when absent. */
  integer(name: string): number | undefined {
    const value = this.#get(name);
    if (value === undefined) return undefined;
    if (typeof value !== 'number' || !Number.isInteger(value)) throw this.#wrongType(name, 'int', value);
    return value;
  }

  struct(name: string): GoStruct | undefined {
    const value = this.#get(name);
    if (value === undefined) return undefined;
    if (!isObject(value)) throw this.#wrongType(name, 'struct', value);
    return new GoStruct(value, this.#at(name));
  }

  structs(name: string): readonly GoStruct[] {
    return this.#list(name).map((item) => {
      if (!isObject(item)) throw this.#wrongType(name, 'struct', item);
      return new GoStruct(item, this.#at(name));
    });
  }

  strings(name: string): readonly string[] {
    return this.#list(name).map((item) => {
      if (typeof item !== 'string') throw this.#wrongType(name, 'string', item);
      return item;
    });
  }

  stringMap(name: string): Readonly<Record<string, string>> {
    const entries = Object.entries(this.free(name)).map(([key, value]) => {
      if (typeof value !== 'string') throw this.#wrongType(name, 'string', value);
      return [key, value] as const;
    });
    return Object.fromEntries(entries);
  }

  /** A map of anything: engine parameters and the like. */
  free(name: string): Readonly<Record<string, unknown>> {
    const value = this.#get(name);
    if (value === undefined) return {};
    if (!isObject(value)) throw this.#wrongType(name, 'map', value);
    return value;
  }

  #get(name: string): unknown {
    return this.#fields.get(name.toLowerCase()) ?? undefined;
  }

  #list(name: string): readonly unknown[] {
    const value = this.#get(name);
    if (value === undefined) return [];
    if (!Array.isArray(value)) throw this.#wrongType(name, 'slice', value);
    return value;
  }

  #at(name: string): string {
    return this.#path === '' ? name : `${this.#path}.${name}`;
  }

  #wrongType(name: string, expected: string, value: unknown): ReturnType<typeof bindError> {
    const got = Array.isArray(value) ? 'array' : value === null ? 'null' : typeof value;
    const field = this.#at(name);
    const cause = `json: cannot unmarshal ${got} into Go struct field ${field} of type ${expected}`;
    return bindError(
      `code=400, message=Unmarshal type error: expected=${expected}, got=${got}, field=${field}, internal=${cause}`,
    );
  }
}

/**
 * The body of a request; an empty struct when there is none. Forms and XML are read, too, but no field of the API is
 * known to them: what they say is dropped. The content type is compared with its case, by what it begins with.
 */
export function readStruct(request: EmulatorRequest): GoStruct {
  if (request.body.length === 0) return new GoStruct({});
  const contentType = (request.headers['content-type'] ?? '').split(';', 1)[0]?.trim() ?? '';
  const text = request.body.toString('utf8');
  if (contentType === 'application/x-www-form-urlencoded') checkForm(request.method, text);
  if (UNREAD_TYPES.has(contentType)) return new GoStruct({});
  if (contentType !== 'application/json') throw bindError('code=415, message=Unsupported Media Type');
  const value = parse(text);
  if (value === null) return new GoStruct({});
  if (!isObject(value)) {
    const got = Array.isArray(value) ? 'array' : typeof value;
    const cause = `json: cannot unmarshal ${got} into Go value of type struct`;
    throw bindError(
      `code=400, message=Unmarshal type error: expected=struct, got=${got}, field=, internal=${cause}`,
    );
  }
  return new GoStruct(value);
}

const UNREAD_TYPES: ReadonlySet<string> = new Set([
  'application/x-www-form-urlencoded',
  'multipart/form-data',
  'application/xml',
  'text/xml',
]);

/** Forms are taken apart for PUT and POST only; a job's `data:` URL trips over its semicolon there. */
function checkForm(method: string, text: string): void {
  if (method === 'DELETE' || !text.includes(';')) return;
  const cause = 'invalid semicolon separator in query';
  throw bindError(`code=400, message=${cause}, internal=${cause}`);
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return parseFirst(text);
  }
}

function parseFirst(text: string): unknown {
  const found = firstDocument(text);
  if (found.kind === 'end') return JSON.parse(text.slice(0, found.at)) as unknown;
  if (found.kind === 'eof') throw bindError('code=400, message=unexpected EOF, internal=unexpected EOF');
  const offset = Buffer.byteLength(text.slice(0, found.at)) + 1;
  const reason = `invalid character '${text[found.at]}' looking for beginning of value`;
  throw bindError(`code=400, message=Syntax error: offset=${offset}, error=${reason}, internal=${reason}`);
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
