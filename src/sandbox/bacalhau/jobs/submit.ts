/** PUT and POST /jobs, PUT /jobs/diff: create, update in place, or find that nothing changed. */
import type { SimJob } from '../../world/types.ts';
import type { Exchange, Reply } from '../exchange.ts';
import type { Scope } from '../installation.ts';
import { serverMeta } from '../installation.ts';
import type { GoStruct } from '../wire/body.ts';
import { wireJobId } from '../wire/ids.ts';
import { bindError, jobStoreError, unclassified, uncoded } from '../wire/refusal.ts';
import { diffText, differingFields } from './equivalence.ts';
import type { StoredSpec } from './ledger.ts';
import { findJobByName } from './lookup.ts';
import { readJobSpec } from './spec.ts';
import { applyDefaults, normalise, sanitise } from './submission.ts';
import { validateStored, validateSubmission } from './validation.ts';
import { worldJobOf } from './world-job.ts';
import { specOf } from './world-spec.ts';

interface Prepared {
  readonly spec: StoredSpec;
  readonly warnings: readonly string[];
  /** Never equal to what is stored, whatever the rest says. */
  readonly isAlwaysNew: boolean;
}

/** What a submit did, and the evaluation it asked for. */
interface Submitted {
  readonly job: SimJob;
  readonly evaluationId: string;
}

export function submitJob(exchange: Exchange): Reply {
  const { scope } = exchange;
  const body = exchange.body();
  // Read before anything else, because a wrong type is refused in every release.
  const force = body.boolean('Force');
  const raw = body.struct('Job');
  if (raw === undefined) throw bindError('empty/nil job');
  const { spec, warnings, isAlwaysNew } = prepare(exchange, raw);
  const stored = scope.release.versionedJobs ? findJobByName(scope, spec.Name, spec.Namespace) : undefined;
  const { job, evaluationId } =
    stored === undefined ? create(exchange, spec) : update(exchange, stored, spec, force || isAlwaysNew);
  return {
    body: {
      JobID: wireJobId(job.id),
      EvaluationID: evaluationId,
      Warnings: warnings.length === 0 ? null : warnings,
    },
  };
}

/** A dry run: what would change in the stored job of the same name. */
export function diffJob(exchange: Exchange): Reply {
  const raw = exchange.body().struct('Job');
  if (raw === undefined) throw unclassified();
  if (raw.string('Name').trim() === '') throw bindError('invalid job spec: name is missing');
  const { spec, warnings, isAlwaysNew } = prepare(exchange, raw);
  const stored = findJobByName(exchange.scope, spec.Name, spec.Namespace);
  if (stored === undefined) {
    throw jobStoreError('NotFound', `job name index not found: ${spec.Name}:${spec.Namespace}`);
  }
  return {
    body: {
      Diff: `${diffText(specOf(exchange.scope, stored), spec)}${isAlwaysNew ? EMPTY_VALUES : ''}`,
      Warnings: warnings.length === 0 ? null : warnings,
    },
  };
}

/** What the comparison says of a constraint with an empty list of values: it is stored as none (seen on 1.9.3). */
const EMPTY_VALUES = '- Values: nil\n+ Values: []\n';

function hasEmptyValues(job: GoStruct): boolean {
  return job
    .structs('Constraints')
    .some((constraint) => constraint.has('Values') && constraint.strings('Values').length === 0);
}

function prepare({ scope, request }: Exchange, raw: GoStruct): Prepared {
  const sent = readJobSpec(raw, scope.release.networkTypes);
  validateSubmission(sent);
  const { spec, warnings } = sanitise(normalise(sent), raw);
  const client = {
    'bacalhau.org/client.installation.id': request.headers['x-bacalhau-installationid'],
    'bacalhau.org/client.instance.id': request.headers['x-bacalhau-instanceid'],
  };
  const clientMeta = Object.entries(client).flatMap(([key, value]) =>
    typeof value === 'string' ? [[key, value] as const] : [],
  );
  const meta = { ...serverMeta(scope), ...Object.fromEntries(clientMeta) };
  const stamp = { newId: `j-${scope.newUuid()}`, meta };
  return {
    spec: applyDefaults(spec, scope.release, stamp),
    warnings,
    isAlwaysNew: hasEmptyValues(raw),
  };
}

function create({ scope, caller }: Exchange, spec: StoredSpec): Submitted {
  validateStored(spec);
  scope.writes.take();
  const taken = [...scope.site.jobs.values()].some((job) => wireJobId(job.id) === spec.ID);
  if (taken) throw jobStoreError('ResourceInUse', `job already exists: ${spec.ID}`);
  const evaluationId = scope.newUuid();
  const job = scope.site.submit(worldJobOf(scope, spec, caller), { id: spec.ID });
  scope.ledger.open(job.id, job.version, spec, 'submit', evaluationId);
  return { job, evaluationId };
}

function update({ scope, caller }: Exchange, stored: SimJob, spec: StoredSpec, force: boolean): Submitted {
  const before = specOf(scope, stored);
  if (!force && differingFields(before, spec).length === 0) {
    throw uncoded(
      `no changes detected for new job spec. Job Name: '${spec.Name}', Job Id: '${wireJobId(stored.id)}'`,
      'Use the --force flag to override this warning',
    );
  }
  validateStored(spec);
  scope.writes.take();
  if (Object.keys(spec.Labels).some((key) => !isKnownLabel(scope, key))) throw unclassified();
  // A different type counts as a change, and yet the record keeps its type; only the scheduler goes by the new one.
  const next = { ...spec, ID: before.ID, Type: before.Type };
  const { ledger } = scope;
  const version = stored.version + 1;
  const evaluationId = scope.newUuid();
  ledger.open(
    stored.id,
    stored.version,
    before,
    ledger.origin(stored.id, stored.version),
    ledger.evaluationId(stored.id, stored.version),
  );
  ledger.open(stored.id, version, next, 'update', evaluationId);
  scope.site.rerun(stored.id, 'Job updated', worldJobOf(scope, spec, caller || stored.owner));
  return { job: stored, evaluationId };
}

/**
 * An update cannot add a label whose key no job has carried before: it is a 500, with Force, too, and changes nothing.
 * A new job may, and makes the key known (seen on 1.9.3).
 */
function isKnownLabel({ ledger, site }: Scope, key: string): boolean {
  return ledger.knowsLabel(key) || [...site.jobs.values()].some((job) => key in job.labels);
}
