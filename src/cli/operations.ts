import { checkOperations, type OperationsOptions } from './operations/check-operations.ts';

/** `operations check`: what documents cost in the worst case. Answers with the exit code. */
export async function operations(
  action: string,
  files: readonly string[],
  options: OperationsOptions,
): Promise<number> {
  if (action === 'check') return checkOperations(files, options);
  throw new RangeError('There is "operations check [files or folders]".');
}
