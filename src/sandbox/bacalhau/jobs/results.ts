/** Where completed executions left their results. */
import type { SimExecution, SimJob } from '../../world/types.ts';
import type { Scope } from '../installation.ts';
import { wireExecutionId, wireJobId } from '../wire/ids.ts';
import type { PlacedExecution } from './execution-changes.ts';
import { lastChange } from './execution-changes.ts';
import type { SpecConfig } from './spec.ts';
import { specOf } from './world-spec.ts';

const NOTHING: SpecConfig = { Type: '', Params: {} };

/** What the publisher stored for an execution; type `""` when it stored nothing. */
export function publishedResultOf(scope: Scope, job: SimJob, placed: PlacedExecution): SpecConfig {
  const { execution } = placed;
  const publisher = specOf(scope, job, execution.version).Tasks[0]?.Publisher ?? NOTHING;
  if (lastChange(placed).state !== 'Completed') return NOTHING;
  switch (publisher.Type.toLowerCase()) {
    case 'local': {
      const node = scope.site.nodes.get(execution.nodeId ?? '');
      const host = node === undefined ? '127.0.0.1' : `${node.name}.local`;
      return {
        Type: 'urlDownload',
        Params: { URL: `http://${host}:6001/${wireExecutionId(execution.id)}.tar.gz` },
      };
    }
    case 's3':
      return { Type: 's3', Params: s3Params(publisher, job, execution) };
    case 's3managed':
      return {
        Type: 's3managed',
        Params: { JobID: wireJobId(job.id), ExecutionID: wireExecutionId(execution.id) },
      };
    case 'ipfs':
      return {
        Type: 'ipfs',
        Params: { CID: `Qm${execution.id.replaceAll('-', '').padEnd(44, '0').slice(0, 44)}` },
      };
    default:
      return NOTHING;
  }
}

/** The same as a client may download it: stored objects come with a signed URL, which holds raw ampersands. */
export function downloadableResultOf(scope: Scope, job: SimJob, placed: PlacedExecution): SpecConfig | null {
  const { execution } = placed;
  const stored = publishedResultOf(scope, job, placed);
  if (stored.Type === '') return null;
  if (stored.Type !== 's3' && stored.Type !== 's3managed') return stored;
  const bucket = textOf(stored.Params['Bucket']) || 'managed-results';
  const key = textOf(stored.Params['Key']) || `${wireJobId(job.id)}/${wireExecutionId(execution.id)}.tar.gz`;
  const signed = 'X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Expires=3600&X-Amz-SignedHeaders=host';
  const PreSignedURL = `https://${bucket}.s3.example.com/${key}?${signed}`;
  return { Type: 's3PreSigned', Params: { ...stored.Params, PreSignedURL } };
}

function s3Params(
  publisher: SpecConfig,
  job: SimJob,
  execution: SimExecution,
): Readonly<Record<string, unknown>> {
  const template = textOf(publisher.Params['Key']) || '{jobID}/{executionID}.tar.gz';
  return {
    Bucket: publisher.Params['Bucket'] ?? '',
    Key: template
      .replaceAll('{jobID}', wireJobId(job.id))
      .replaceAll('{executionID}', wireExecutionId(execution.id)),
    Region: publisher.Params['Region'] ?? '',
    Endpoint: publisher.Params['Endpoint'] ?? '',
  };
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
