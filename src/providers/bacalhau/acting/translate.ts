import type { FieldVerdict } from '../../../model/actions.ts';
import type { SubmissionStamp, SubmitRequest } from '../../acting.ts';
import { stampedName } from '../../stamped.ts';
import type { BacalhauExtension } from '../extension.ts';
import { isNamespace } from '../list-projects.ts';
import { DEFAULT_NAMESPACE } from '../map-project.ts';
import { constraintsOf } from './constraints.ts';
import { engineOf, judgeWasm } from './engine.ts';
import { environmentOf } from './environment.ts';
import { inputsOf } from './inputs.ts';
import { MAX_BODY_BYTES, submissionBody, type JobToSend } from './job-to-send.ts';
import { isLabelValue, labelsOf, metaOf, NAME_LABEL } from './labels.ts';
import { judgeNetwork, networkOf } from './network.ts';
import { resultsOf } from './outputs.ts';
import { judgePublisher } from './publisher.ts';
import type { Release } from './release.ts';
import { resourcesOf } from './resources.ts';
import { countOf, judgeRetries, scheduleNotes, timeoutsOf, typeOf } from './schedule.ts';
import { Verdicts } from '../../verdicts.ts';
import { refusedAfterAll } from './refused-after-all.ts';

/** A request in the server's words, and what became of each of its fields. Not to be sent when one was refused. */
export interface Translation {
  readonly verdicts: readonly FieldVerdict[];
  readonly notes: readonly string[];
  readonly job: JobToSend;
}

/** Says everything of a request at once: what is judged and what is sent cannot differ. Pure. */
export function translate(request: SubmitRequest, stamp: SubmissionStamp, release: Release): Translation {
  const { spec, project } = request;
  const extension: BacalhauExtension = request.extension ?? {};
  const { wasm = null, network = null, publisher = null, constraints, meta } = extension;
  const verdicts = new Verdicts();

  const name = stampedName(spec.name, stamp);
  verdicts.translated(['spec', 'name'], nameReason(spec.name));
  const type = typeOf(spec, verdicts);
  const engine = engineOf(spec, wasm, verdicts);
  const environment = environmentOf(spec, release, verdicts);
  const resources = resourcesOf(spec, verdicts);
  const inputs = inputsOf(spec, verdicts);
  const results = resultsOf(spec, publisher, wasm !== null, verdicts);
  const timeouts = timeoutsOf(spec, type, verdicts);
  judgeRetries(spec, verdicts);
  const count = countOf(spec, type, verdicts);
  const labels = labelsOf(spec, stamp, verdicts);
  if (spec.priority !== null) verdicts.honoured(['spec', 'priority']);
  if (project !== null) verdicts.judge(['project'], namespaceProblem(project));
  const nodes = constraintsOf(constraints ?? [], verdicts);
  if (network !== null) judgeNetwork(network, release, verdicts);
  if (wasm !== null) judgeWasm(spec, wasm, inputs.places, release, verdicts);
  if (publisher !== null) judgePublisher(publisher, results.isElsewhere, release, verdicts);
  const texts = metaOf(meta ?? [], verdicts);

  const job: JobToSend = {
    Name: name,
    Namespace: project ?? DEFAULT_NAMESPACE,
    Type: type,
    ...(spec.priority === null ? {} : { Priority: spec.priority }),
    Count: count,
    Constraints: nodes,
    Meta: texts,
    Labels: labels,
    Tasks: [
      {
        Name: 'main',
        Engine: engine,
        ...(results.publisher === null ? {} : { Publisher: results.publisher }),
        Env: environment,
        InputSources: inputs.toSend,
        ResultPaths: results.paths,
        Resources: resources,
        Network: networkOf(network, release),
        Timeouts: timeouts,
      },
    ],
  };
  return {
    verdicts: fitted(verdicts.all, request, job),
    notes: [...results.notes, ...scheduleNotes(spec, type)],
    job,
  };
}

function nameReason(name: string): string {
  const kept = isLabelValue(name) ? ` The name itself is kept in the label "${NAME_LABEL}".` : '';
  return `Names identify jobs here, and a second job of a name would replace the first: a part of the idempotency key is added.${kept}`;
}

function namespaceProblem(namespace: string): string | null {
  return isNamespace(namespace) && namespace.trim() !== '' ? null : 'No namespace can be called so.';
}

/** Refuses what would not fit into one request. Inline inputs travel in it, as base64. */
function fitted(
  verdicts: readonly FieldVerdict[],
  { spec }: SubmitRequest,
  job: JobToSend,
): readonly FieldVerdict[] {
  const bytes = Buffer.byteLength(JSON.stringify(submissionBody(job)));
  if (bytes <= MAX_BODY_BYTES) return verdicts;
  const inline = spec.inputs.flatMap(({ source }, i) =>
    source.type === 'INLINE' ? [['spec', 'inputs', i, 'source']] : [],
  );
  const reason = `Bacalhau takes jobs of up to ${String(MAX_BODY_BYTES)} bytes, inline inputs included; this one has ${String(bytes)}.`;
  return refusedAfterAll(verdicts, inline.length > 0 ? inline : [['spec']], reason);
}
