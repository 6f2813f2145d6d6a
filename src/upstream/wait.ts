import type { Cancellation } from './cancellation.ts';

/** Resolves after `ms`; rejects at once, with the reason, when it is cancelled. */
export function wait(ms: number, cancellation: Cancellation): Promise<void> {
  return new Promise((resolve, reject) => {
    if (cancellation.reason !== null) {
      reject(cancellation.reason);
      return;
    }
    const timer = setTimeout(() => {
      release();
      resolve();
    }, ms);
    const release = cancellation.onCancel((reason) => {
      clearTimeout(timer);
      reject(reason);
    });
  });
}
