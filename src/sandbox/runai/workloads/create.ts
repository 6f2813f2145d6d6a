/** The typed create calls. */
import type { Scope } from '../installation.ts';
import { mayUse } from '../access/identity.ts';
import type { Project } from '../org/projects.ts';
import { projectsOf } from '../org/projects.ts';
import type { Call } from '../routing/call.ts';
import { fieldsOf } from '../routing/call.ts';
import { suffixOf, uuidOf } from '../wire/ids.ts';
import type { JsonObject } from '../wire/json.ts';
import { object, text } from '../wire/json.ts';
import type { Reply } from '../wire/replies.ts';
import { badRequest, refusal } from '../wire/replies.ts';
import type { TypedPath } from './kind.ts';
import { KIND_OF_PATH } from './kind.ts';
import { readPodSpec } from './pod-spec.ts';
import { everyRow, ownRow } from './row.ts';
import { enterWorkload } from './submit.ts';
import { typedView } from './typed-view.ts';
import { isLive } from './workload.ts';

const DNS_LABEL = /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/;

/** The final name of a new workload. Refuses what is no DNS label, and a name that its project has already. */
export function finalName(scope: Scope, project: Project, given: string, asPrefix: boolean): string {
  scope.ledger.serial += 1;
  const name = asPrefix ? `${given}-${suffixOf('name', scope.ledger.serial, scope.world.seed)}` : given;
  if (!DNS_LABEL.test(name)) {
    throw badRequest('name must be a DNS label: lower-case letters, digits and hyphens, at most 63 of them.');
  }
  const taken = everyRow(scope).some(
    ({ workload }) =>
      workload.job.team === project.name && workload.job.name === name && isLive(workload, scope.nowMs),
  );
  // The status of a duplicate is documented for the raw-manifest call only.
  if (taken)
    throw refusal(
      scope.duplicateNameStatus,
      `A workload named ${name} already exists in project ${project.name}.`,
    );
  return name;
}

/** The project of a create call; throws 400, or 403 when the caller's roles do not reach it. */
export function projectOfRequest(call: Call, fields: JsonObject): Project {
  const { scope, identity } = call;
  const projectId = text(fields['projectId']);
  const clusterId = text(fields['clusterId']);
  if (projectId === null) throw badRequest('projectId is required.');
  if (clusterId === null) throw badRequest('clusterId is required.');
  if (clusterId.toLowerCase() !== scope.clusterId) throw badRequest(`No cluster has the id ${clusterId}.`);
  const project = projectsOf(scope).find(({ id }) => id === projectId);
  if (project === undefined) throw badRequest(`No project has the id ${projectId}.`);
  if (!mayUse(identity, project.name)) throw refusal(403, 'You do not have sufficient permissions.');
  return project;
}

/** `POST /api/v1/workloads/{kind}`: accepted, not done. */
export function createWorkload(call: Call, path: TypedPath): Reply {
  const { scope, identity } = call;
  const fields = fieldsOf(call);
  const given = text(fields['name']);
  if (given === null) throw badRequest('name is required.');
  if (text(fields['templateId']) !== null) throw badRequest('No template has this id.');
  const project = projectOfRequest(call, fields);
  const kind = KIND_OF_PATH[path];
  const echo = echoOf(fields);
  const podSpec = readPodSpec(kind, echo, scope);
  const name = finalName(scope, project, given, fields['useGivenNameAsPrefix'] === true);
  const id = uuidOf('submission', scope.world.seed, scope.ledger.serial, scope.nowMs);
  enterWorkload(scope, {
    id,
    name,
    project: project.name,
    owner: identity.name,
    requestedName: given,
    kind,
    echo,
    podSpec,
    source: 'Control-plane',
  });
  return { status: 202, body: typedView(ownRow(scope, identity, id), scope) };
}

/** What typed answers repeat of a create call: everything beside its envelope. */
function echoOf(fields: JsonObject): JsonObject {
  const envelope = ['name', 'useGivenNameAsPrefix', 'projectId', 'clusterId', 'templateId'];
  const rest = Object.entries(fields).filter(([key]) => !envelope.includes(key));
  return { ...Object.fromEntries(rest), spec: object(fields['spec']) };
}
