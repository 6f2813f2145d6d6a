/** How many calls one batch has under way at a time; the provider's own connection and rate limits come on top. */
const AT_ONCE = 8;

/** Runs `task` for every item, a few at a time; answers in the order of the items. The first rejection rejects all. */
export async function inParallel<T, R>(
  items: readonly T[],
  task: (item: T) => Promise<R>,
  atOnce = AT_ONCE,
): Promise<R[]> {
  const results: R[] = [];
  const queue = items.entries();
  const worker = async (): Promise<void> => {
    for (const [i, item] of queue) results[i] = await task(item);
  };
  await Promise.all(Array.from({ length: Math.min(atOnce, items.length) }, worker));
  return results;
}
