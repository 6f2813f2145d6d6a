import type { JobSpec } from '../../../model/job-spec.ts';
import type { RunaiExtension } from '../extension.ts';
import { whenSome, type Json } from './draft.ts';
import { shellLine } from '../../shell-line.ts';
import type { Verdicts } from '../../verdicts.ts';
import { inExtension } from './own-path.ts';

/** What Kubernetes takes as the name of a variable; the service hands it on. */
const VARIABLE = /^[-._a-zA-Z][-._a-zA-Z0-9]*$/;
/** As the specification of 2.24 has it. */
const SECRET = /^[a-z0-9]([a-z0-9-]*[a-z0-9])?$/;

/** Why a text cannot be the name of a secret; null when it can. */
export function secretObjection(name: string): string | null {
  return SECRET.test(name) ? null : 'The name of a secret has lower-case letters, digits and hyphens.';
}

/** What runs in the container, and in which environment. */
export function containerOf(spec: JobSpec, { templateId }: RunaiExtension, verdicts: Verdicts): Json {
  if (spec.image !== null) verdicts.honoured(['spec', 'image']);
  else if (templateId == null) {
    verdicts.refused(['spec', 'image'], 'Run:ai runs container images: name one, or a templateId in the extension.'); // prettier-ignore
  }
  if (spec.app !== null) verdicts.refused(['spec', 'app'], 'Run:ai has no catalogue of applications.');
  const line = (field: 'command' | 'args'): string | undefined => lineOf(spec[field], field, verdicts);
  const [command, args] = [line('command'), line('args')];
  if (spec.workingDirectory !== null) verdicts.honoured(['spec', 'workingDirectory']);
  return {
    image: spec.image ?? undefined,
    command,
    args,
    workingDir: spec.workingDirectory ?? undefined,
    environmentVariables: whenSome(environmentOf(spec, verdicts)),
  };
}

function lineOf(words: readonly string[], field: 'command' | 'args', verdicts: Verdicts): string | undefined {
  if (words.length === 0) return undefined;
  if (words.some((word) => word.includes('\0'))) {
    verdicts.refused(['spec', field], 'No word of a command can hold a zero character.');
    return undefined;
  }
  verdicts.translated(['spec', field], 'Sent as one line, with the words quoted as a shell reads them.');
  return shellLine(words);
}

function environmentOf({ env, secretEnv }: JobSpec, verdicts: Verdicts): Json[] {
  const names = new Set<string>();
  const objection = (name: string): string | null => {
    if (names.has(name)) return 'There is another variable of this name.';
    names.add(name);
    return VARIABLE.test(name) ? null : 'The name of a variable has letters, digits, "-", "_" and ".", and no digit first.'; // prettier-ignore
  };
  const variables = env.map(({ name, value }, index) => {
    verdicts.judge(['spec', 'env', index, 'name'], objection(name));
    return { name, value };
  });
  const references = secretEnv.map(({ name, secret, key }, index) => {
    const missing = key === null ? 'A secret of Run:ai has several values: say the key of the one.' : null;
    verdicts.judge(
      ['spec', 'secretEnv', index, 'name'],
      objection(name) ?? secretObjection(secret) ?? missing,
    );
    return { name, secret: { name: secret, key } };
  });
  return [...variables, ...references];
}

/** A template, which may say all of this in place of the specification. */
export function templateOf({ templateId }: RunaiExtension, verdicts: Verdicts): string | undefined {
  if (templateId == null) return undefined;
  const objection = templateId === '' ? 'The id of a template is not empty.' : null;
  verdicts.judge(inExtension('templateId'), objection);
  return templateId;
}
