import type { Label } from '../../../model/records.ts';
import { SPEC_HASH_LABEL, STAMP_LABEL } from '../../stamped.ts';
import type { SubmissionStamp } from '../../acting.ts';
import { listOf, textOf, wireOf, type Wire } from '../../reading.ts';
import { whenSome, type Json } from './draft.ts';
import type { Verdicts } from '../../verdicts.ts';

/** The name in the specification, as it was written. Labels cannot hold every name, annotations can. */
const NAME_ANNOTATION = 'gridweave-name';
/** Longest name of a label or annotation in the specification of 2.24; Kubernetes itself has more room for a prefix. */
const MAX_KEY = 63;
const KEY = /^(?:[a-z0-9](?:[-a-z0-9.]*[a-z0-9])?\/)?[A-Za-z0-9](?:[-\w.]*[A-Za-z0-9])?$/;
const VALUE = /^(?:[A-Za-z0-9](?:[-\w.]{0,61}[A-Za-z0-9])?)?$/;

/** Labels as Kubernetes takes them; a value that it does not take stands in an annotation. */
export function labelsOf(labels: readonly Label[], verdicts: Verdicts): Json {
  const pairs: { readonly name: string; readonly value: string }[] = [];
  const notes: typeof pairs = [];
  const names = new Set<string>();
  labels.forEach(({ key, value }, index) => {
    const path = ['spec', 'labels', index];
    if (key.length > MAX_KEY || !KEY.test(key)) {
      verdicts.refused(
        path,
        'A label of Kubernetes is called by up to 63 letters, digits, "-", "_" and ".".',
      );
    } else if (names.has(key)) verdicts.refused(path, 'There is another label of this name.');
    else if (value === null) {
      verdicts.translated(path, 'A label of Kubernetes has a value: an empty one.');
      pairs.push({ name: key, value: '' });
    } else if (VALUE.test(value)) {
      verdicts.honoured(path);
      pairs.push({ name: key, value });
    } else {
      verdicts.translated(path, 'No label of Kubernetes can have this value: it becomes an annotation.');
      notes.push({ name: key, value });
    }
    names.add(key);
  });
  return { labels: whenSome(pairs), annotations: whenSome(notes) };
}

/** The same specification with what it is recognised by, in place of what stood there. */
export function withStamp(spec: Json, stamp: SubmissionStamp, name: string): Json {
  const own = [
    { name: STAMP_LABEL, value: stamp.id },
    { name: SPEC_HASH_LABEL, value: stamp.specHash },
  ];
  const shown = { name: NAME_ANNOTATION, value: name };
  return {
    ...spec,
    labels: [...without(spec['labels'], own), ...own],
    annotations: [...without(spec['annotations'], [shown]), shown],
  };
}

function without(items: unknown, own: readonly { readonly name: string }[]): unknown[] {
  return listOf(items).filter((item) => !own.some(({ name }) => wireOf(item)['name'] === name));
}

/** What a specification that was read back says it was submitted with; null for what it does not say. */
export function stampOf(spec: Wire): {
  readonly key: string | null;
  readonly specHash: string | null;
  readonly name: string | null;
} {
  return {
    key: valueIn(spec['labels'], STAMP_LABEL),
    specHash: valueIn(spec['labels'], SPEC_HASH_LABEL),
    name: valueIn(spec['annotations'], NAME_ANNOTATION),
  };
}

function valueIn(items: unknown, name: string): string | null {
  const item = listOf(items).map(wireOf).find((candidate) => candidate['name'] === name); // prettier-ignore
  return textOf(item?.['value']);
}
