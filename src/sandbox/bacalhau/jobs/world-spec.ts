/** Between the wire's job spec and the world's, both ways. */
import type { SimJob } from '../../world/types.ts';
import type { Installation } from '../installation.ts';
import { serverMeta } from '../installation.ts';
import type { StoredSpec } from './ledger.ts';
import { bytesText, cpuText } from './quantities.ts';
import type { TaskSpec } from './spec.ts';

/** The spec of a version of a job: as its client wrote it, or made from what the world submitted. */
export function specOf(installation: Installation, job: SimJob, version = job.version): StoredSpec {
  return installation.ledger.spec(job.id, version) ?? specOfWorldJob(installation, job);
}

function specOfWorldJob(installation: Installation, job: SimJob): StoredSpec {
  const everywhere = job.type === 'ops' || job.type === 'daemon';
  const { partitions } = installation.release;
  return {
    ID: job.id,
    Name: job.name,
    Namespace: job.team,
    Type: job.type,
    Priority: job.priority,
    Count: everywhere ? (partitions ? 0 : 1) : job.count,
    Constraints: [],
    Meta: serverMeta(installation),
    Labels: job.labels,
    Tasks: [
      {
        Name: 'main',
        Engine: { Type: 'docker', Params: engineParams(job) },
        Publisher: { Type: job.type === 'batch' || job.type === 'ops' ? 'local' : '', Params: {} },
        Env: job.env,
        Meta: {},
        InputSources: [],
        ResultPaths: job.type === 'batch' ? [{ Name: 'outputs', Path: '/outputs' }] : [],
        Resources: {
          CPU: cpuText(job.cpuMillis),
          Memory: bytesText(job.memoryBytes),
          Disk: job.diskBytes > 0 ? bytesText(job.diskBytes) : '',
          GPU: job.gpus > 0 ? String(job.gpus) : '',
        },
        Network: { Type: partitions ? 'Default' : 'None', Domains: [], Ports: [] },
        Timeouts: timeoutsOf(job),
      },
    ],
  };
}

/** Without this the jobs of the world could not wait for a node: by default nobody may. */
const QUEUE_TIMEOUT_SECONDS = 24 * 3600;

/** A time limit that is not tried again after is one for the job, not for its executions. */
function timeoutsOf(job: SimJob): TaskSpec['Timeouts'] {
  if (job.type === 'service' || job.type === 'daemon') {
    return {
      ExecutionTimeout: 0,
      QueueTimeout: job.type === 'service' ? QUEUE_TIMEOUT_SECONDS : 0,
      TotalTimeout: 0,
    };
  }
  const seconds = job.timeoutMs === null ? 0 : Math.ceil(job.timeoutMs / 1000);
  const isTotal = job.type === 'batch' && job.maxRetries === 0;
  return {
    ExecutionTimeout: isTotal ? 0 : seconds,
    QueueTimeout: job.type === 'batch' && !(isTotal && seconds > 0) ? QUEUE_TIMEOUT_SECONDS : 0,
    TotalTimeout: isTotal ? seconds : 0,
  };
}

function engineParams(job: SimJob): Readonly<Record<string, unknown>> {
  const [entrypoint, ...parameters] = job.command;
  return {
    Image: job.image,
    ...(entrypoint === undefined ? {} : { Entrypoint: [entrypoint] }),
    ...(parameters.length === 0 ? {} : { Parameters: parameters }),
  };
}
