import { ERROR_CODES } from '../src/model/errors.ts';

/** The page about error codes, made from the registry. */
export function errorReference(): string {
  const rows = Object.entries(ERROR_CODES).map(
    ([code, info]) => `| \`${code}\` | ${info.meaning} | ${info.remedy} | ${info.retryable ? 'yes' : 'no'} |`,
  );
  return [
    '# Error codes',
    '',
    'Every error has one of these codes: in `extensions.code` of a GraphQL error, or in `error.code` of a source.',
    'They are stable: a code never changes its meaning. Made from `src/model/errors.ts` by `npm run docs`.',
    '',
    '| Code | What happened | What to do | May a retry help? |',
    '| --- | --- | --- | --- |',
    ...rows,
    '',
  ].join('\n');
}
