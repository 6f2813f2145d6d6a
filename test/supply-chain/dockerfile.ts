import { readFileSync } from 'node:fs';

export interface Instruction {
  readonly keyword: string;
  readonly text: string;
}

/** What stands between one FROM and the next. */
export interface Stage {
  /** With the default of ARG in place of a variable. */
  readonly image: string;
  readonly name: string | null;
  readonly instructions: readonly Instruction[];
}

/** One COPY. */
export interface Copy {
  /** Name of the stage it takes from; null: from the folder that the image is built in. */
  readonly from: string | null;
  readonly sources: readonly string[];
  readonly target: string;
  /** Such as "--chown=…". */
  readonly flags: readonly string[];
}

const ROOT = new URL('../../', import.meta.url);

export const DOCKERFILE = readFileSync(new URL('Dockerfile', ROOT), 'utf8');

/** Every instruction of the file. */
export function instructionsOf(text: string): Instruction[] {
  return text
    .replaceAll(/^\s*#.*\n/gm, '')
    .replaceAll(/\\\n\s*/g, '')
    .split('\n')
    .flatMap((line) => {
      const [, keyword, rest] = /^([A-Z]+)\s+(.*)$/.exec(line) ?? [];
      return keyword === undefined || rest === undefined ? [] : [{ keyword, text: rest }];
    });
}

/** The stages in their order; the last one becomes the image. */
export function stagesOf(text: string): Stage[] {
  const args = new Map<string, string>();
  const stages: { image: string; name: string | null; instructions: Instruction[] }[] = [];
  for (const instruction of instructionsOf(text)) {
    const stage = stages.at(-1);
    if (instruction.keyword === 'FROM') {
      const [image = '', , name = null] = instruction.text.split(/\s+/);
      const filled = image.replace(/^\$\{(\w+)\}$/, (_, arg: string) => args.get(arg) ?? '');
      stages.push({ image: filled, name, instructions: [] });
    } else if (stage !== undefined) stage.instructions.push(instruction);
    else args.set(...pair(instruction.text));
  }
  return stages;
}

export function copiesOf({ instructions }: Stage): Copy[] {
  return instructions
    .filter(({ keyword }) => keyword === 'COPY')
    .map(({ text }) => {
      const words = text.split(/\s+/);
      const flags = words.filter((word) => word.startsWith('--'));
      const paths = words.slice(flags.length);
      const from = flags.find((flag) => flag.startsWith('--from='))?.slice('--from='.length) ?? null;
      return { from, flags, sources: paths.slice(0, -1), target: paths.at(-1) ?? '' };
    });
}

function pair(text: string): [string, string] {
  const at = text.indexOf('=');
  return at < 0 ? [text, ''] : [text.slice(0, at), text.slice(at + 1)];
}
