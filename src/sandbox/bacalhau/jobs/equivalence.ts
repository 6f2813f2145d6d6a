/** Whether two specs are the same job, and in which fields they differ. */
import { goMap } from '../wire/go-json.ts';
import type { StoredSpec } from './ledger.ts';

/** The names of the top-level fields that differ; empty when the specs are equivalent. */
export function differingFields(stored: StoredSpec, submitted: StoredSpec): readonly string[] {
  const before = comparable(stored);
  const after = comparable(submitted);
  return Object.keys(before).filter((name) => before[name] !== after[name]);
}

/** For people: one line per field that differs. Its layout is nobody's contract. */
export function diffText(stored: StoredSpec, submitted: StoredSpec): string {
  const before = comparable(stored);
  const after = comparable(submitted);
  return differingFields(stored, submitted)
    .map((name) => `- ${name}: ${before[name]}\n+ ${name}: ${after[name]}\n`)
    .join('');
}

/** Ids, states, times and the server's own meta do not count; nor does the letter case of resource strings. */
function comparable(spec: StoredSpec): Readonly<Record<string, string>> {
  const meta = Object.entries(spec.Meta).filter(([key]) => !key.startsWith('bacalhau.org/'));
  const tasks = spec.Tasks.map((task) => ({
    ...task,
    Resources: Object.fromEntries(
      Object.entries(task.Resources).map(([name, text]) => [name, text.toLowerCase()]),
    ),
  }));
  const fields = {
    Type: spec.Type,
    Priority: spec.Priority,
    Count: spec.Count,
    Constraints: spec.Constraints,
    Meta: Object.fromEntries(meta),
    Labels: spec.Labels,
    Tasks: tasks,
  };
  return Object.fromEntries(
    Object.entries(fields).map(([name, value]) => [name, JSON.stringify(goMap(value))]),
  );
}
