import { ERROR_CODES } from '../../src/model/errors.ts';
import type { HttpAnswer } from './raw.ts';

/** What was found wrong about what came out, and the codes that were in it. */
export interface Judgement {
  readonly problems: readonly string[];
  readonly codes: readonly string[];
}

/** Refusals for which the gateway may answer that it cannot just now. */
const FOR_NOW: ReadonlySet<string> = new Set([
  'AUTHENTICATION_UNAVAILABLE',
  'TOO_MANY_CONNECTIONS',
  'SHUTTING_DOWN',
]);

/** Of answers in parts, when they were asked for. */
const STREAMED = /^(?:|multipart\/mixed|text\/event-stream)$/;

/** Words that only a program's insides have. */
const INSIDES =
  /node_modules|\.ts:\d+:\d+|\.js:\d+:\d+|\bat [\w.<>]+ \(|\bTypeError\b|\bRangeError\b|\bCannot read propert/;

interface GraphqlAnswer {
  readonly data?: unknown;
  readonly errors?: unknown;
}

/** Judges what was said in GraphQL: every error has a code of the registry, and none is our own fault. */
export function judgeResult(answer: unknown): Judgement {
  if (typeof answer !== 'object' || answer === null || Array.isArray(answer)) {
    return { problems: ['an answer that is no object'], codes: [] };
  }
  const { data, errors }: GraphqlAnswer = answer;
  if (errors === undefined) {
    return { problems: data === undefined ? ['an answer with neither data nor errors'] : [], codes: [] };
  }
  return judgeErrors(errors);
}

export function judgeErrors(errors: unknown): Judgement {
  if (!Array.isArray(errors) || errors.length === 0)
    return { problems: ['errors that are no list'], codes: [] };
  const problems: string[] = [];
  const codes = errors.map((error: { message?: unknown; extensions?: { code?: unknown } } | null) => {
    const code = error?.extensions?.code;
    const message = error?.message;
    if (typeof message !== 'string' || message === '') problems.push('an error without a message');
    else if (INSIDES.test(message))
      problems.push(`a message that shows the inside: ${message.slice(0, 200)}`);
    if (typeof code !== 'string') {
      problems.push(`an error without a code: ${String(message).slice(0, 200)}`);
      return 'none';
    }
    if (!Object.hasOwn(ERROR_CODES, code)) problems.push(`a code that is not in the registry: ${code}`);
    if (code === 'INTERNAL') problems.push(`INTERNAL: ${String(message).slice(0, 200)}`);
    return code;
  });
  return { problems, codes };
}

/** Judges one answer over HTTP. `graph`: it must be GraphQL when it is JSON. */
export function judgeHttp(answer: HttpAnswer, graph: boolean): Judgement {
  const { status, type, body, whole } = answer;
  const problems: string[] = [];
  let codes: readonly string[] = [];
  // Whoever hangs up in the middle may be given half an answer.
  if (type.endsWith('json') && body !== '' && whole) {
    const parsed = parseJson(body);
    if (parsed === undefined)
      problems.push(`HTTP ${String(status)} with a body that is not the JSON it says it is`);
    else if (Array.isArray(parsed) && parsed.length > 0) {
      // A batch.
      const judged = parsed.map(judgeResult);
      problems.push(...judged.flatMap((each) => each.problems));
      codes = judged.flatMap((each) => each.codes);
    } else if (graph || (typeof parsed === 'object' && parsed !== null && 'errors' in parsed)) {
      const judged = judgeResult(parsed);
      problems.push(...judged.problems);
      codes = judged.codes;
    }
  } else if (graph && whole && status >= 400 && body !== '' && !STREAMED.test(type)) {
    problems.push(`HTTP ${String(status)} for GraphQL in ${type}`);
  }
  if (INSIDES.test(answer.head)) problems.push('headers that show the inside');
  if (status >= 500 && !(status === 503 && codes.length > 0 && codes.every((code) => FOR_NOW.has(code)))) {
    problems.push(`HTTP ${String(status)} ${codes.join(' ')}`.trim());
  }
  return { problems, codes };
}

/** Undefined for what is no JSON. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
