/** Where the container profiles put inputs and look for results, unless they are told otherwise (documented). */
const ROOT = 'job';

/**
 * A path below that directory, as key-like text ("" for the directory itself, else ending in "/"); null when it lies
 * elsewhere. Relative paths begin there.
 */
export function underRoot(path: string): string | null {
  const parts = path.split('/').filter((part) => part !== '' && part !== '.');
  if (parts.includes('..')) return null;
  if (path.startsWith('/') && parts.shift() !== ROOT) return null;
  return parts.map((part) => `${part}/`).join('');
}

/** A prefix of keys that ends at a "/", and begins without one. Empty for the whole bucket. */
export function folder(prefix: string): string {
  const trimmed = prefix.replace(/^\/+/, '').replace(/\/+$/, '');
  return trimmed === '' ? '' : `${trimmed}/`;
}

/** The filter and the transformation that make a bucket's `prefix` appear at `target`; null when none does. */
export function bucketPlacement(prefix: string, target: string): object | null {
  if (!prefix.endsWith(target)) return null;
  const stripped = prefix.slice(0, prefix.length - target.length);
  // The part that stays must begin at a directory.
  if (stripped !== '' && !stripped.endsWith('/')) return null;
  return {
    ...(prefix === '' ? {} : { filtering: { prefixFiltering: { prefix } } }),
    ...(stripped === '' ? {} : { resourcesTransformation: { stripPrefix: { prefix: stripped } } }),
  };
}

/** Whether an output is everything that is written. */
export function wholeResults(target: string): boolean {
  return target === '';
}

/**
 * A regular expression for what is written at a path: a file of that name, or what is in a directory of that name. Whether
 * the service matches whole paths, and from where, is unverified: this one holds in each case.
 */
export function resultPattern(target: string): string {
  // "$" before "{" would mean a constant.
  const escaped = target.slice(0, -1).replaceAll(/[\\^$.*+?()[\]{}|]/g, String.raw`\$&`);
  return `^/?(${ROOT}/)?${escaped}(/.*)?$`;
}
