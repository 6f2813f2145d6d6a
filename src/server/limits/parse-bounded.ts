import { GraphQLError, parse, type DocumentNode, type ParseOptions, type Source } from 'graphql';
import { isNestedDeeper } from './nesting.ts';
import { refusalError } from './refusal-error.ts';
import type { Refusals } from './refusals.ts';
import type { ShapeLimits } from './shape.ts';

/** How long a word or sign may be on average, spaces and comments included; long texts belong into variables. */
const CHARACTERS_PER_TOKEN = 20;
/** Brackets in each other for each level of fields: inline fragments, arguments and what is in those. */
const NESTING_PER_LEVEL = 8;

/**
 * Reads a document, and stops where it is more than one operation may be: a parser that goes on would be the cheapest thing to
 * keep busy, and one that recurses into thousands of brackets breaks.
 */
export function parseBounded(
  source: string | Source,
  options: ParseOptions | undefined,
  { maxTokens, maxDepth }: Pick<ShapeLimits, 'maxTokens' | 'maxDepth'>,
  refusals: Refusals,
): DocumentNode {
  const refuse = (limit: 'maxTokens' | 'maxDepth', message: string): GraphQLError =>
    refusalError(refusals.refuse(limit, 'OPERATION_TOO_LARGE', message));

  const text = typeof source === 'string' ? source : source.body;
  const maxCharacters = maxTokens * CHARACTERS_PER_TOKEN;
  if (text.length > maxCharacters) {
    const message = `The document has ${String(text.length)} characters, and at most ${String(maxCharacters)} are read. Split it, or put values into variables.`;
    throw refuse('maxTokens', message);
  }
  if (isNestedDeeper(text, maxDepth * NESTING_PER_LEVEL)) {
    const message = `The document has more than ${String(maxDepth * NESTING_PER_LEVEL)} brackets in each other. Ask for fewer levels, or put values into variables.`;
    throw refuse('maxDepth', message);
  }
  try {
    return parse(source, { ...options, maxTokens });
  } catch (error) {
    if (!(error instanceof GraphQLError) || !/more that \d+ tokens/.test(error.message)) throw error;
    const message = `The document has more than ${String(maxTokens)} words and signs. Split it, or put values into variables.`;
    throw refuse('maxTokens', message);
  }
}
