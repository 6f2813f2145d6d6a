import type { Extension } from '../../act/submit-request.ts';
import { builder } from '../builder.ts';
import { bacalhauExtension, BacalhauExtensionInput } from '../extensions/bacalhau.ts';
import { charityEngineExtension, CharityEngineExtensionInput } from '../extensions/charity-engine.ts';
import { qarnotExtension, QarnotExtensionInput } from '../extensions/qarnot.ts';
import { runaiExtension, RunaiExtensionInput } from '../extensions/runai.ts';

export const ProviderExtensionsInput = builder.inputType('ProviderExtensions', {
  description: 'What one kind of provider alone knows: exactly one of these.',
  isOneOf: true,
  fields: (t) => ({
    bacalhau: t.field({ type: BacalhauExtensionInput, description: 'For Bacalhau.' }),
    qarnot: t.field({ type: QarnotExtensionInput, description: 'For Qarnot.' }),
    runai: t.field({ type: RunaiExtensionInput, description: 'For Run:ai.' }),
    charityEngine: t.field({ type: CharityEngineExtensionInput, description: 'For Charity Engine.' }),
  }),
});

type ExtensionArgs = typeof ProviderExtensionsInput.$inferInput;

/** The one extension that was given. */
export function toExtension(args: ExtensionArgs | null | undefined): Extension | null {
  const { bacalhau, qarnot, runai, charityEngine } = args ?? {};
  if (bacalhau != null) return { kind: 'bacalhau', member: 'bacalhau', value: bacalhauExtension(bacalhau) };
  if (qarnot != null) return { kind: 'qarnot', member: 'qarnot', value: qarnotExtension(qarnot) };
  if (runai != null) return { kind: 'runai', member: 'runai', value: runaiExtension(runai) };
  if (charityEngine == null) return null;
  return { kind: 'charity-engine', member: 'charityEngine', value: charityEngineExtension(charityEngine) };
}
