import type { Extension } from '../../act/submit-request.ts';
import { builder } from '../builder.ts';
import { BacalhauExtensionInput } from '../extensions/bacalhau.ts';
import { CharityEngineExtensionInput } from '../extensions/charity-engine.ts';
import { QarnotExtensionInput } from '../extensions/qarnot.ts';
import { RunaiExtensionInput } from '../extensions/runai.ts';

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

const KIND_OF: Readonly<Record<keyof ExtensionArgs, string>> = {
  bacalhau: 'bacalhau',
  qarnot: 'qarnot',
  runai: 'runai',
  charityEngine: 'charity-engine',
};

/** The one extension that was given, with null members left out. */
export function toExtension(args: ExtensionArgs | null | undefined): Extension | null {
  for (const [member, kind] of Object.entries(KIND_OF)) {
    const value = args?.[member as keyof ExtensionArgs];
    if (value != null) return { kind, member, value: withoutNulls(value) as object };
  }
  return null;
}

function withoutNulls(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutNulls);
  if (typeof value !== 'object' || value === null || value instanceof Date) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, member]) => member !== null && member !== undefined)
      .map(([name, member]) => [name, withoutNulls(member)]),
  );
}
