import { isArray, isObject } from '../wire/json.ts';

/**
 * Text inference as a job: the command line is a JSON document with prompts, the tag names the model. An image that is called
 * so runs as any other.
 */
export function isInference(app: string): boolean {
  return /^(?!docker:)[^:]+:text-inference$/.test(app);
}

/** The prompts of a command line; null when it is not a document with a list of them. */
export function promptsOf(commandLine: string): readonly string[] | null {
  let document: unknown;
  try {
    document = JSON.parse(withoutTokens(commandLine));
  } catch {
    return null;
  }
  if (!isObject(document) || !isArray(document['inputs']) || document['inputs'].length === 0) return null;
  const prompts = document['inputs'].filter((prompt) => typeof prompt === 'string');
  return prompts.length === document['inputs'].length ? prompts : null;
}

/** Tokens for the sandbox may stand behind the document. */
function withoutTokens(commandLine: string): string {
  return commandLine.replace(/(?:\s*#emu:\S+)+\s*$/, '');
}
