import type { AnyRecord, ExecutionRecord, OutputPreview } from '../model/records.ts';
import { builder } from './builder.ts';
import { ComputeNodeType } from './compute-node.ts';
import { connectionType } from './connection.ts';
import { NodeInterface } from './node.ts';
import { RecordInterface, WorkInterface } from './work-fields.ts';

const OutputPreviewType = builder.objectRef<OutputPreview>('OutputPreview').implement({
  description:
    'What the provider keeps of the output inside the record of an execution: usually its first 2 KB.',
  fields: (t) => ({
    stdout: t.exposeString('stdout', { description: 'The head of standard output.' }),
    stdoutTruncated: t.exposeBoolean('stdoutTruncated', {
      description: 'Whether there was, or may have been, more.',
    }),
    stderr: t.exposeString('stderr', { description: 'The head of standard error.' }),
    stderrTruncated: t.exposeBoolean('stderrTruncated', {
      description: 'Whether there was, or may have been, more.',
    }),
  }),
});

export const ExecutionType = builder.objectRef<ExecutionRecord>('Execution').implement({
  description: 'One attempt to run one index of a task at one place. It may end without having run.',
  interfaces: [WorkInterface, RecordInterface, NodeInterface],
  isTypeOf: (value) => (value as AnyRecord).kind === 'execution',
  fields: (t) => ({
    index: t.exposeInt('index', { description: 'Which of the task’s indexes it runs, from 0.' }),
    attempt: t.exposeInt('attempt', { description: 'Which try of that index it is, from 1.' }),
    node: t.field({
      type: ComputeNodeType,
      nullable: true,
      description:
        'Where it runs. Null before it is placed, when the node is gone, and where the provider does not tell (see Capabilities.executionNode).',
      resolve: (row, _args, ctx) =>
        row.nodeKey === null
          ? null
          : ctx.loaders.record('computeNode', { provider: row.provider, key: row.nodeKey }, 'Execution.node'),
    }),
    exitCode: t.exposeInt('exitCode', {
      nullable: true,
      description:
        'What the program returned. Null until it ended, and where the provider does not report it.',
    }),
    signal: t.exposeString('signal', {
      nullable: true,
      description: 'The signal that ended it. Null when none did, or the provider does not report it.',
    }),
    output: t.expose('output', {
      type: OutputPreviewType,
      nullable: true,
      description:
        'The head of its output. Null until it ended, and where the provider keeps none; see `logs` for the whole.',
    }),
  }),
});

export const ExecutionConnectionType = connectionType('Execution', 'executions', ExecutionType);
