/** Writes the pages of `docs/` that are made from code. CI checks that the committed ones are current. */
import { writeFileSync } from 'node:fs';
import { configReference } from '../src/config/reference.ts';
import { PROVIDER_KINDS } from '../src/providers/kinds.ts';
import { errorReference } from './errors.ts';

writeFileSync(new URL('errors.md', import.meta.url), errorReference());
writeFileSync(new URL('configuration.md', import.meta.url), configReference(PROVIDER_KINDS));
