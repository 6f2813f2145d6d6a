import type { DocumentNode } from 'graphql';
import { LRUCache } from 'lru-cache';
import { forgetStack } from '../forget-stack.ts';

/** What all documents that are kept parsed may take, about, in bytes. By their number alone, a thousand large ones would take gigabytes. */
const MAX_BYTES = 64 * 1024 * 1024;
const MAX_DOCUMENTS = 1_024;
/** Measured: a field is two tokens at the least, and some 500 bytes for each with its nodes and places. */
const BYTES_PER_TOKEN = 500;
const BYTES_PER_CHARACTER = 2;
/** What is kept beside the text of an error. */
const BYTES_PER_ERROR = 2_000;

interface Cache<Value> {
  get(text: string): Value | undefined;
  set(text: string, value: Value): void;
}

/** What was parsed before, by its text, as much as fits into memory that is set aside for it. */
export function createDocumentCache(maxBytes = MAX_BYTES): Cache<DocumentNode> {
  return new LRUCache<string, DocumentNode>({
    max: MAX_DOCUMENTS,
    maxSize: maxBytes,
    sizeCalculation: ({ tokenCount }, text) =>
      1 + text.length * BYTES_PER_CHARACTER + (tokenCount ?? text.length) * BYTES_PER_TOKEN,
  });
}

/** Why what was tried before cannot be parsed. */
export function createErrorCache(maxBytes = MAX_BYTES / 8): Cache<Error> {
  const cache = new LRUCache<string, Error>({
    max: MAX_DOCUMENTS,
    maxSize: maxBytes,
    sizeCalculation: (_, text) => BYTES_PER_ERROR + text.length * BYTES_PER_CHARACTER,
  });
  return {
    get: (text) => cache.get(text),
    set: (text, error) => void cache.set(text, forgetStack(error)),
  };
}
