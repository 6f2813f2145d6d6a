import { GridweaveError } from '../../../model/errors.ts';
import type { JobRecord } from '../../../model/records.ts';
import type { CallContext } from '../../../upstream/types.ts';
import type { ActionTarget, SubmissionStamp, SubmitAnswer } from '../../acting.ts';
import { isWire, listOf, textOf, textsOf, wireOf, type Wire } from '../../reading.ts';
import type { Connection } from '../connection.ts';
import { idOf } from '../wire.ts';
import { failureOf } from './answers.ts';
import { allowedActions } from './allowed.ts';
import { whenAny } from './draft.ts';
import { stampOf, withStamp } from './labels.ts';
import { nameOf } from './naming.ts';
import { create, type CreateCall, type Writing } from './submit.ts';
import { kindOfRecord } from './typed-kind.ts';

/** Members of a typed answer that say what was submitted. All others were set by the service. */
const SUBMITTED = ['masterSpec', 'masterSpecSameAsWorker'] as const;

/**
 * Runs a workload that has ended again, as another workload: Run:ai starts none twice. The endpoint of its kind gives
 * back what was submitted, defaults of policies included. Whether it gives back every value of a variable is unverified.
 */
export async function rerun(
  writing: Writing,
  { record }: Pick<ActionTarget<JobRecord>, 'record'>,
  stamp: SubmissionStamp,
  look: CreateCall['look'],
  ctx: CallContext,
): Promise<SubmitAnswer> {
  const { connection } = writing;
  if (!allowedActions(record, connection).includes('RERUN')) {
    return refused('INVALID_STATE', 'Only a workload that has ended, and is still there, can be run again. One that is suspended is resumed.'); // prettier-ignore
  }
  let call: CreateCall | null;
  try {
    call = await readAgain(connection, record, stamp, look, ctx);
  } catch (error) {
    // Only a read failed: nothing was sent that could take effect.
    return { outcome: 'REFUSED', error: failureOf(error).error };
  }
  if (call === null) {
    return refused(
      'UNSUPPORTED_OPERATION',
      'Run:ai does not give back what this workload was submitted with.',
    );
  }
  return create(writing, call, ctx);
}

async function readAgain(
  { api }: Connection,
  record: JobRecord,
  stamp: SubmissionStamp,
  look: CreateCall['look'],
  ctx: CallContext,
): Promise<CreateCall | null> {
  const kind = kindOfRecord(record);
  const object = kind === null ? null : await api.typedWorkload(kind, record.nativeRef.id, ctx);
  if (kind === null || object === null) return null;
  const { wire } = object;
  const { spec } = wire;
  const [projectId, clusterId] = [idOf(wire['projectId']), textOf(wire['clusterId'])];
  if (!isWire(spec) || Object.keys(spec).length === 0 || projectId === null || clusterId === null)
    return null;
  return {
    kind,
    name: nameOf(record.name, stamp),
    projectId,
    clusterId,
    beside: whenAny(Object.fromEntries(SUBMITTED.map((member) => [member, wire[member] ?? undefined]))) ?? {},
    spec: withStamp(spec, stamp, stampOf(spec).name ?? record.name),
    hidden: [...valuesIn(spec), ...valuesIn(wireOf(wire['masterSpec']))],
    look,
  };
}

function valuesIn(spec: Wire): string[] {
  return textsOf(listOf(spec['environmentVariables']).map((variable) => wireOf(variable)['value']));
}

function refused(code: 'UNSUPPORTED_OPERATION' | 'INVALID_STATE', message: string): SubmitAnswer {
  return { outcome: 'REFUSED', error: new GridweaveError(code, message) };
}
