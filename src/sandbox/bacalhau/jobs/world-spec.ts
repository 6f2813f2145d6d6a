/** Between the wire's job spec and the world's, both ways. */
import type { SimJob } from '../../world/types.ts';
import type { Installation } from '../installation.ts';
import { serverMeta } from '../installation.ts';
import type { StoredSpec } from './ledger.ts';
import { bytesText, cpuText } from './quantities.ts';

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
        Timeouts: {
          ExecutionTimeout: job.timeoutMs === null ? 0 : Math.ceil(job.timeoutMs / 1000),
          QueueTimeout: 0,
          TotalTimeout: 0,
        },
      },
    ],
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
