/** Ids as Bacalhau writes them: a letter for the kind, a hyphen, a uuid. The world's own ids have no letter. */

const BARE_UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** Ids that clients or operators chose stay as they are. */
function lettered(letter: string, id: string): string {
  return BARE_UUID.test(id) ? `${letter}-${id}` : id;
}

export function wireJobId(id: string): string {
  return lettered('j', id);
}

export function wireExecutionId(id: string): string {
  return lettered('e', id);
}

export function wireNodeId(id: string): string {
  return lettered('n', id);
}

/** True for a whole id; anything else is looked up as a prefix. */
export function isFullId(text: string): boolean {
  return BARE_UUID.test(text.replace(/^[a-z]-/i, ''));
}

/** The customary short form: the letter and the first eight digits. */
export function shortId(id: string): string {
  return isFullId(id) ? id.slice(0, id.indexOf('-') === 1 ? 10 : 8) : id;
}
