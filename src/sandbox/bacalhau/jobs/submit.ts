/** PUT and POST /jobs, PUT /jobs/diff: create, update in place, or find that nothing changed. */
import type { SimJob } from '../../world/types.ts';
import type { Exchange, Reply } from '../exchange.ts';
import { serverMeta } from '../installation.ts';
import type { GoStruct } from '../wire/body.ts';
import { wireJobId } from '../wire/ids.ts';
import { bindError, jobNotFound, jobStoreError, unclassified, uncoded } from '../wire/refusal.ts';
import { diffText, differingFields } from './equivalence.ts';
import type { StoredSpec } from './ledger.ts';
import { findJobByName } from './lookup.ts';
import { readJobSpec } from './spec.ts';
import { applyDefaults, normalise, sanitise } from './submission.ts';
import { validate } from './validation.ts';
import { worldJobOf } from './world-job.ts';
import { specOf } from './world-spec.ts';

interface Prepared {
  readonly spec: StoredSpec;
  readonly warnings: readonly string[];
}

export function submitJob(exchange: Exchange): Reply {
  const { scope } = exchange;
  const body = exchange.body();
  const raw = body.struct('Job');
  if (raw === undefined) throw bindError('job is missing');
  // Read before anything else, because a wrong type is refused in every release.
  const force = body.boolean('Force');
  const { spec, warnings } = prepare(exchange, raw);
  const stored = scope.release.versionedJobs ? findJobByName(scope, spec.Name, spec.Namespace) : undefined;
  const job = stored === undefined ? create(exchange, spec) : update(exchange, stored, spec, force);
  return {
    body: {
      JobID: wireJobId(job.id),
      EvaluationID: scope.newUuid(),
      Warnings: warnings.length === 0 ? null : warnings,
    },
  };
}

/** A dry run: what would change in the stored job of the same name. */
export function diffJob(exchange: Exchange): Reply {
  const raw = exchange.body().struct('Job');
  if (raw === undefined) throw unclassified();
  if (raw.string('Name').trim() === '') throw bindError('job name is required');
  const { spec, warnings } = prepare(exchange, raw);
  const stored = findJobByName(exchange.scope, spec.Name, spec.Namespace);
  if (stored === undefined) throw jobNotFound(spec.Name);
  return {
    body: {
      Diff: diffText(specOf(exchange.scope, stored), spec),
      Warnings: warnings.length === 0 ? null : warnings,
    },
  };
}

function prepare({ scope, request }: Exchange, raw: GoStruct): Prepared {
  const { spec, warnings } = sanitise(normalise(readJobSpec(raw)), raw);
  validate(spec, scope.release);
  const client = {
    'bacalhau.org/client.installation.id': request.headers['x-bacalhau-installationid'],
    'bacalhau.org/client.instance.id': request.headers['x-bacalhau-instanceid'],
  };
  const clientMeta = Object.entries(client).flatMap(([key, value]) =>
    typeof value === 'string' ? [[key, value] as const] : [],
  );
  const meta = { ...serverMeta(scope), ...Object.fromEntries(clientMeta) };
  const stamp = { newId: `j-${scope.newUuid()}`, meta };
  return { spec: applyDefaults(spec, scope.release, stamp), warnings };
}

function create({ scope, caller }: Exchange, spec: StoredSpec): SimJob {
  const taken = [...scope.site.jobs.values()].some((job) => wireJobId(job.id) === spec.ID);
  if (taken) throw jobStoreError('ResourceInUse', `job already exists: ${spec.ID}`);
  const job = scope.site.submit(worldJobOf(scope, spec, caller), { id: spec.ID });
  scope.ledger.open(job.id, job.version, spec, 'submit');
  return job;
}

function update({ scope, caller }: Exchange, stored: SimJob, spec: StoredSpec, force: boolean): SimJob {
  const before = specOf(scope, stored);
  if (!force && differingFields(before, spec).length === 0) {
    throw uncoded(
      `no changes detected for new job spec. Job Name: '${spec.Name}', Job Id: '${wireJobId(stored.id)}'`,
      'Use the --force flag to override this warning',
    );
  }
  // A different type counts as a change, and yet the type stays what it was.
  const next = { ...spec, ID: before.ID, Type: before.Type };
  scope.ledger.open(stored.id, stored.version, before, scope.ledger.origin(stored.id, stored.version));
  scope.ledger.open(stored.id, stored.version + 1, next, 'update');
  scope.site.rerun(stored.id, 'Job updated', worldJobOf(scope, next, caller || stored.owner));
  return stored;
}
