import type { Surface } from '../surface.ts';
import { answers } from './answers.ts';
import { bodies } from './bodies.ts';
import { callbacks } from './callbacks.ts';
import { documents } from './documents.ts';
import { heads } from './heads.ts';
import { ids } from './ids.ts';
import { sse } from './sse.ts';
import { variables } from './variables.ts';
import { wsFrames } from './ws-frames.ts';
import { wsMessages } from './ws-messages.ts';

export const SURFACES: readonly Surface[] = [
  documents,
  variables,
  ids,
  bodies,
  heads,
  wsFrames,
  wsMessages,
  sse,
  answers,
  callbacks,
];

export function surfaceNamed(name: string): Surface {
  const found = SURFACES.find((each) => each.name === name);
  if (found === undefined) throw new RangeError(`there is no surface "${name}": ${SURFACES.map((each) => each.name).join(', ')}`); // prettier-ignore
  return found;
}
