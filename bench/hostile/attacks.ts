import type { Attack } from './attack.ts';
import { BODIES, DOCUMENTS, HARMLESS, HEADERS } from './http-attacks.ts';
import { RAW } from './raw-attacks.ts';
import { SOCKETS } from './socket-attacks.ts';

export const ATTACKS: readonly Attack[] = [
  ...HARMLESS,
  ...DOCUMENTS,
  ...BODIES,
  ...HEADERS,
  ...RAW,
  ...SOCKETS,
];
/** Last of all: tries that were used up are missed by whoever comes after. */
export { KEYS } from './http-attacks.ts';
export { SIEGES } from './raw-attacks.ts';
