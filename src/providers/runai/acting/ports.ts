import { PORT_TYPES, type RunaiExtension } from '../extension.ts';
import { whenSome, type Json } from './draft.ts';
import type { TypedKind } from './typed-kind.ts';
import type { Verdicts } from '../../verdicts.ts';
import { inExtension } from './own-path.ts';

const DEFAULT_TYPE = 'ClusterIP';

function isPort(port: number): boolean {
  return Number.isInteger(port) && port >= 1 && port <= 65_535;
}

/** Where it can be reached. */
export function portsOf({ servingPort, ports }: RunaiExtension, kind: TypedKind, verdicts: Verdicts): Json {
  if (servingPort != null) {
    const { container, protocol } = servingPort;
    const objection =
      kind !== 'inferences'
        ? 'Only a service has a serving port: use ports.'
        : !isPort(container)
          ? 'A port is a number from 1 to 65535.'
          : protocol != null && protocol !== 'http' && protocol !== 'grpc'
            ? 'The protocol is http or grpc.'
            : null;
    verdicts.judge(inExtension('servingPort'), objection);
  }
  ports?.forEach(({ container, type, external }, index) => {
    const numbers = isPort(container) && (external == null || isPort(external));
    const known = type == null || PORT_TYPES.includes(type);
    const objection = !numbers
      ? 'A port is a number from 1 to 65535.'
      : !known
        ? `One of ${PORT_TYPES.join(', ')}.`
        : null;
    verdicts.judge(inExtension('ports', index), objection);
  });
  return {
    servingPort:
      servingPort == null
        ? undefined
        : { container: servingPort.container, protocol: servingPort.protocol ?? undefined },
    ports: whenSome(
      (ports ?? []).map(({ container, type, external }) => ({
        container,
        serviceType: type ?? DEFAULT_TYPE,
        external: external ?? undefined,
      })),
    ),
  };
}

/** How long it can be looked at after its end. */
export function deletionOf(
  { autoDeleteAfterMs }: RunaiExtension,
  kind: TypedKind,
  verdicts: Verdicts,
): number | undefined {
  if (autoDeleteAfterMs == null) return undefined;
  const path = inExtension('autoDeleteAfterMs');
  if (kind === 'inferences') {
    verdicts.ignored(path, 'A service does not end by itself.');
    return undefined;
  }
  if (!Number.isFinite(autoDeleteAfterMs) || autoDeleteAfterMs < 0) {
    verdicts.refused(path, 'A time in milliseconds, not negative.');
    return undefined;
  }
  if (autoDeleteAfterMs % 1000 === 0) verdicts.honoured(path);
  else verdicts.translated(path, 'In whole seconds, rounded up.');
  return Math.ceil(autoDeleteAfterMs / 1000);
}
