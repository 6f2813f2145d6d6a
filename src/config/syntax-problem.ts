import type { ErrorCode } from 'yaml';

interface Explained {
  readonly message: string;
  readonly fix: string;
}

const UNREADABLE: Explained = {
  message: 'This is not valid YAML.',
  fix: 'Check indentation, quotes and brackets around this place.',
};

/** The parser's own messages quote the text, which may be a secret; these never do. */
const EXPLAINED: Partial<Record<ErrorCode, Explained>> = {
  BAD_INDENT: {
    message: 'The indentation does not fit, or a bracket is not closed.',
    fix: 'Indent keys of one section by the same number of spaces, and close every [ and {.',
  },
  TAB_AS_INDENT: { message: 'A tab is used for indentation.', fix: 'Indent with spaces only.' },
  MISSING_CHAR: {
    message: 'A quote, a comma, a colon or a space after a colon is missing.',
    fix: 'Close the quote or the bracket, and write "key: value" with a space.',
  },
  MULTIPLE_DOCS: {
    message: 'The file holds more than one YAML document.',
    fix: 'Remove what follows the "---" or "..." line.',
  },
  BLOCK_AS_IMPLICIT_KEY: {
    message: 'A second "key:" stands on the same line.',
    fix: 'Put a value that holds a colon and a space in quotes, or start the section on its own line.',
  },
  BAD_SCALAR_START: {
    message: 'A value begins with a character that YAML reserves.',
    fix: 'Put the value in quotes.',
  },
  BAD_DQ_ESCAPE: {
    message: 'A double-quoted text holds an unknown escape.',
    fix: 'Write a backslash twice, or use single quotes.',
  },
  NON_STRING_KEY: { message: 'A key is not a text.', fix: 'Write "key: value".' },
  TAG_RESOLVE_FAILED: {
    message: 'Tags (words that begin with "!") are not known here.',
    fix: 'Remove the tag. A value from the environment is written { env: NAME }.',
  },
  BAD_ALIAS: {
    message: 'Aliases (words that begin with "*") are not supported.',
    fix: 'Write the value out, or put it in quotes if it is a text.',
  },
  BAD_DIRECTIVE: {
    message: 'This YAML directive is not known.',
    fix: 'Remove the line that begins with "%".',
  },
};

/** What to tell about a syntax error of this code. */
export function explainSyntax(code: ErrorCode): Explained {
  return EXPLAINED[code] ?? UNREADABLE;
}
