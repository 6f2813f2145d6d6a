import { schema } from '../../graph/schema.ts';
import { readConfig } from '../serve.ts';
import { basisOf, type Basis } from './basis.ts';
import { compareCosts } from './compare.ts';
import { costFileOf, readCostFile, writeCostFile } from './cost-file.ts';
import { measure, type BadDocument, type MeasuredOperation } from './measure.ts';
import { readDocuments, type SourceDocument } from './read-documents.ts';
import { formatOperations } from './report.ts';

export interface OperationsOptions {
  readonly config?: string | undefined;
  /** The committed costs to compare with. */
  readonly costs?: string | undefined;
  /** Write them instead. */
  readonly update?: boolean | undefined;
}

/** Where the report goes. */
export type Write = (text: string) => void;

/**
 * Measures documents, prints what they cost, and compares that with committed costs. 0 when all of them would be run, and
 * none is new or got dearer.
 */
export async function checkOperations(
  files: readonly string[],
  { config: configFile, costs, update = false }: OperationsOptions,
  write: Write = (text) => void process.stdout.write(text),
): Promise<number> {
  if (update && costs === undefined) throw new RangeError('--update writes a file: name it with --costs.');
  const config = configFile === undefined ? null : readConfig({ config: configFile });
  const trusted = (config?.operations.manifests ?? []).flatMap(({ file, documents }) =>
    documents.map(({ id, text }) => ({ where: `${file} ${id.slice(0, 12)}…`, text })),
  );
  const documents: readonly SourceDocument[] =
    files.length === 0 && trusted.length > 0 ? trusted : readDocuments(files);
  const basis = await basisOf(config);
  try {
    const measured = documents.flatMap((document) => measure(document, schema, basis));
    const bad = measured.filter((one): one is BadDocument => 'problem' in one);
    const operations = measured.filter((one): one is MeasuredOperation => !('problem' in one));
    const twins = twinsAmong(operations);
    write(formatOperations(operations, [...bad, ...twins], basis));
    const allRun = bad.length + twins.length === 0 && operations.every(({ refused }) => refused.length === 0);
    if (costs === undefined) return allRun ? 0 : 1;
    if (update && !allRun) {
      write('\nNothing was written: correct the documents first.\n');
      return 1;
    }
    return settle(costs, operations, basis, update, write) && allRun ? 0 : 1;
  } finally {
    await basis.close();
  }
}

/** Two operations of one name would be one in the file of costs. */
function twinsAmong(operations: readonly MeasuredOperation[]): BadDocument[] {
  const first = new Map<string, string>();
  return operations.flatMap(({ name, where }) => {
    const before = first.get(name);
    first.set(name, before ?? where);
    return before === undefined ? [] : [{ where, problem: `${name} is the name of an operation of ${before}, too.` }]; // prettier-ignore
  });
}

/** Whether nothing is worse than in the file; with `update`, after it was written. */
function settle(
  path: string,
  operations: readonly MeasuredOperation[],
  basis: Basis,
  update: boolean,
  write: Write,
): boolean {
  const now = costFileOf(operations, basis);
  if (update) {
    writeCostFile(path, now);
    write(`\n${path} was written.\n`);
    return true;
  }
  const before = readCostFile(path);
  if (before === null) {
    write(`\n${path} does not exist. Make it with --update, look at it, and commit it.\n`);
    return false;
  }
  const { worse, better } = compareCosts(before, now);
  for (const line of [...worse, ...better]) write(`\n${line}`);
  if (worse.length > 0) write(`\n\nIf that is meant, run it again with --update and commit ${path}.\n`);
  else if (better.length > 0) write(`\n\nTo keep it so, run it again with --update and commit ${path}.\n`);
  return worse.length === 0;
}
