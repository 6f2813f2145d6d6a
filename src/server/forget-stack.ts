/**
 * An error that is kept for longer than its request. The calls that led to it hold all that was at hand in them, the
 * request with its body and its headers included, until somebody reads its `stack`; nobody will.
 */
export function forgetStack<Kept extends Error>(error: Kept): Kept {
  error.stack = `${error.name}: ${error.message}`;
  return error;
}
