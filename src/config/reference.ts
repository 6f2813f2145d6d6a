import type { ProviderKind } from './config.ts';
import { spellForm } from './credential.ts';
import { expected, isRequired, membersOf, shapeOf, spellNumber, type Shape } from './expected.ts';
import { configShape } from './schema.ts';

const INTRODUCTION = `# Configuration

<!-- Generated from the descriptions in src/config. Change those, then run: npx tsx docs/generate.ts -->

The gateway reads one YAML file. Its path comes from \`--config\`, else from the environment variable
\`GRIDWEAVE_CONFIG\`, else it is \`gridweave.yaml\` in the current folder if there is one. Without a file the sandbox
runs: built-in emulators of the providers over a simulated world. [A commented example](../examples/gridweave.yaml)
shows every section.

- Every key is checked. A key that is not known is an error, and all errors are told at once, with their lines.
- Keys that are left out have the defaults given here. \`--print-config\` shows what is in effect, secrets masked.
- \`gridweave check\` checks the file, then asks every provider whether it can be reached and what the credential may do.
- \`HOST\` and \`PORT\` in the environment override \`server.host\` and \`server.port\`.
- YAML is read as version 1.2: \`true\` and \`false\` are the only truth values. Anchors may not be referred to, and tags
  are not known.

## Secrets

A secret is never written into the file. Where one is needed, the file says where it is kept:

- \`{ env: NAME }\`: in the environment variable \`NAME\`.
- \`{ file: PATH }\`: in a file of at most 64 KiB, such as a mounted secret. A relative path starts at the folder of the
  configuration file. One line break at the end is taken off.

Secrets are read once, at start. They appear in no log, no error and no printed configuration.
`;

function spellDefault(shape: Shape, required: boolean): string {
  if (required) return ', required';
  const value = shape.default;
  if (typeof value === 'number') return `, default ${spellNumber(value)}`;
  if (value === '') return ', default `""`';
  return typeof value === 'string' || typeof value === 'boolean' ? `, default \`${value}\`` : '';
}

function hasKeys(shape: Shape): boolean {
  return shape.type === 'object' && Object.keys(shape.properties ?? {}).length > 0;
}

/** One line per key; a section's keys follow under it, indented. */
function keyLines(shape: Shape, indent = ''): string[] {
  return Object.entries(membersOf(shape)).flatMap(([key, member]) => {
    const required = isRequired(shape, key);
    const typed = member.type !== undefined || member.anyOf !== undefined || member.enum !== undefined;
    const inner = member.items ?? member;
    const value = !hasKeys(inner)
      ? typed
        ? expected(member)
        : 'a section'
      : inner === member
        ? 'a section'
        : 'a list of sections';
    const line = `${indent}- \`${key}\` (${value}${spellDefault(member, required)})`;
    const about = member.description === undefined ? '' : `: ${member.description}`;
    return [`${line}${about}`, ...(hasKeys(inner) ? keyLines(inner, `${indent}  `) : [])];
  });
}

function section(name: string, shape: Shape): string {
  const keys = keyLines(shape.items ?? shape);
  return [`## \`${name}\``, shape.description ?? '', keys.join('\n')]
    .filter((part) => part !== '')
    .join('\n\n');
}

function callbackLines({ callback }: ProviderKind): string[] {
  if (callback === undefined) return [];
  const answers = keyLines(shapeOf(callback.answerSchema)).join('\n');
  return [`It takes a \`callback\`. ${callback.description}`, 'Keys of `callback.answer`:', answers];
}

function kindSection(definition: ProviderKind): string {
  const { kind, title, defaultUrl, credentials, settingsSchema } = definition;
  const settings = keyLines(shapeOf(settingsSchema));
  const url = defaultUrl === null ? '`url` is required.' : `\`url\` defaults to \`${defaultUrl}\`.`;
  const forms = credentials.map((form) => `- \`credential: ${spellForm(form)}\``);
  return [
    `### \`kind: ${kind}\``,
    `${title}. ${url}`,
    forms.length === 0
      ? 'It takes no credential.'
      : `What \`credential\` may be (\`file\` works like \`env\`):`,
    forms.join('\n'),
    settings.length === 0 ? 'It has no `settings`.' : 'Keys of `settings`:',
    settings.join('\n'),
    ...callbackLines(definition),
  ]
    .filter((part) => part !== '')
    .join('\n\n');
}

/** `docs/configuration.md`: every key with its values, default and meaning, from the schemas' own descriptions. */
export function configReference(kinds: readonly ProviderKind[]): string {
  const sections = Object.entries(configShape().properties ?? {}).flatMap(([name, shape]) =>
    name === 'providers'
      ? [section(name, shape), ...kinds.map((kind) => kindSection(kind))]
      : [section(name, shape)],
  );
  return [INTRODUCTION.trim(), ...sections].join('\n\n') + '\n';
}
