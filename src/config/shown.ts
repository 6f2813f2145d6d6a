import { isMap, isScalar, isSeq } from 'yaml';
import { PROVIDER_KEY_PATTERN } from '../model/ids.ts';
import { echoFile, echoVariable, echoWord } from './echo.ts';
import type { Shown } from './excerpt.ts';
import { shapeAt } from './expected.ts';
import type { Path } from './problem.ts';
import { configShape } from './schema.ts';
import { keyText } from './yaml-value.ts';

/** Where a number or a word is expected, something longer than this is something else. */
const SHORT = 12;

function mayShow(path: Path, value: unknown): boolean {
  const name = path.at(-1);
  if (path.includes('credential') || path.includes('callback')) {
    if (typeof value !== 'string') return false;
    return name === 'env' ? echoVariable(value) !== null : name === 'file' && echoFile(value) !== null;
  }
  if (path[0] === 'providers' && path.length === 3 && typeof value === 'string') {
    if (name === 'key') return PROVIDER_KEY_PATTERN.test(value);
    if (name === 'kind') return echoWord(value) !== null;
    // A URL is where people put passwords and keys; it is never shown.
    if (name === 'url') return false;
  }
  const shape = shapeAt(configShape(), path);
  return shape !== null && shape.type !== undefined && String(value).length <= SHORT;
}

/** Every piece of the text, as far as it could be parsed, that can be shown without showing a secret. */
export function shownPieces(text: string, root: unknown): Shown[] {
  const pieces: Shown[] = [];
  const show = (node: unknown): void => {
    if (!isScalar(node) || !node.range) return;
    const [start, end] = node.range;
    if (end > start && !/\p{Cc}/u.test(text.slice(start, end))) pieces.push({ start, end });
  };
  const visit = (node: unknown, path: Path): void => {
    if (isMap(node)) {
      for (const pair of node.items) {
        const key = keyText(pair);
        if (echoWord(key) !== null) show(pair.key);
        visit(pair.value, [...path, key]);
      }
    } else if (isSeq(node)) {
      for (const [i, item] of node.items.entries()) visit(item, [...path, i]);
    } else if (isScalar(node) && mayShow(path, node.value)) show(node);
  };
  visit(root, []);
  return pieces;
}
