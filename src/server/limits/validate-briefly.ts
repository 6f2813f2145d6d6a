import { validate } from 'graphql';
import { forgetStack } from '../forget-stack.ts';

/** Each misspelt name is compared with all there are, and nobody corrects more in one go. */
const MAX_ERRORS = 20;

/** Validates, and gives up after a few errors. */
export const validateBriefly: typeof validate = (schema, document, rules, options) =>
  validate(schema, document, rules, { ...options, maxErrors: MAX_ERRORS }).map(forgetStack);
