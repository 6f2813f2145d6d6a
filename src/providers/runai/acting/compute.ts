import type { JobSpec } from '../../../model/job-spec.ts';
import type { RunaiExtension } from '../extension.ts';
import { whenAny, type Json } from './draft.ts';
import { byteQuantity } from './quantity.ts';
import type { Verdicts } from '../../verdicts.ts';
import { inExtension } from './own-path.ts';

const GPU_PATH = ['spec', 'resources', 'gpuMillis'] as const;

/** What one pod asks for. Verdicts on the specification and on the extension are kept apart, to stand in the input's order. */
export function computeOf(
  { resources }: JobSpec,
  extension: RunaiExtension,
  verdicts: Verdicts,
  extended: Verdicts,
): Json | undefined {
  const { cpuMillis, memoryBytes, diskBytes, gpuModel } = resources;
  if (cpuMillis !== null) verdicts.honoured(['spec', 'resources', 'cpuMillis']);
  if (memoryBytes === 0) {
    verdicts.ignored(['spec', 'resources', 'memoryBytes'], 'Run:ai takes no request for nothing.');
  } else if (memoryBytes !== null) verdicts.honoured(['spec', 'resources', 'memoryBytes']);
  if (diskBytes !== null) {
    verdicts.refused(['spec', 'resources', 'diskBytes'], 'Run:ai cannot set disk space aside: use a volume.');
  }
  const gpu = gpuOf(resources.gpuMillis, extension, verdicts, extended);
  if (gpuModel !== null) judgeModel(extension, verdicts);
  if (extension.largeShm != null) extended.honoured(inExtension('largeShm'));
  return whenAny({
    cpuCoreRequest: cpuMillis === null ? undefined : cpuMillis / 1000,
    cpuMemoryRequest: memoryBytes === null || memoryBytes === 0 ? undefined : byteQuantity(memoryBytes),
    ...gpu,
    largeShmRequest: extension.largeShm ?? undefined,
  });
}

/** `nodeType` is a label that administrators put on nodes, and not the model of an accelerator. */
function judgeModel({ nodePools }: RunaiExtension, verdicts: Verdicts): void {
  const path = ['spec', 'resources', 'gpuModel'];
  if (nodePools != null && nodePools.length > 0) {
    verdicts.ignored(path, 'The node pools of the extension decide which accelerators it gets.');
  } else {
    verdicts.refused(path, 'Run:ai cannot ask for a model: name node pools that have it in the extension.');
  }
}

/** Whole devices, or a share of each: of its time and memory by portion, or of its memory alone. */
function gpuOf(
  gpuMillis: number | null,
  { gpuPortion, gpuMemoryBytes }: RunaiExtension,
  verdicts: Verdicts,
  extended: Verdicts,
): Json {
  if (gpuMemoryBytes != null)
    return byMemory(gpuMillis, gpuMemoryBytes, gpuPortion ?? null, verdicts, extended);
  if (gpuPortion != null) return byPortion(gpuMillis, gpuPortion, verdicts, extended);
  if (gpuMillis === null) return {};
  if (gpuMillis % 1000 === 0) {
    verdicts.honoured(GPU_PATH);
    return { gpuDevicesRequest: gpuMillis / 1000 };
  }
  if (gpuMillis > 1000) {
    verdicts.refused(GPU_PATH, 'More than one device, and not whole ones: say the share of each as gpuPortion in the extension.'); // prettier-ignore
    return {};
  }
  verdicts.translated(GPU_PATH, 'A portion of one device.');
  return { gpuDevicesRequest: 1, gpuRequestType: 'portion', gpuPortionRequest: gpuMillis / 1000 };
}

function byPortion(gpuMillis: number | null, portion: number, verdicts: Verdicts, extended: Verdicts): Json {
  const fits = portion > 0 && portion <= 1;
  extended.judge(inExtension('gpuPortion'), fits ? null : 'A portion is above 0 and at most 1.');
  const devices = gpuMillis === null ? 1 : gpuMillis / (portion * 1000);
  const whole = Math.round(devices);
  if (gpuMillis !== null && fits) {
    const isWhole = whole >= 1 && Math.abs(devices - whole) < 1e-6;
    if (isWhole) verdicts.translated(GPU_PATH, `The portions of ${String(whole)} device(s) together.`);
    else verdicts.refused(GPU_PATH, 'No whole number of devices adds up to this with the portion in the extension.'); // prettier-ignore
  } else if (gpuMillis !== null) verdicts.refused(GPU_PATH, 'The portion in the extension is none.');
  return { gpuDevicesRequest: whole, gpuRequestType: 'portion', gpuPortionRequest: portion };
}

function byMemory(
  gpuMillis: number | null,
  memoryBytes: number,
  portion: number | null,
  verdicts: Verdicts,
  extended: Verdicts,
): Json {
  if (gpuMillis === 1000)
    verdicts.translated(GPU_PATH, 'One device, of whose memory the extension says the share.');
  else if (gpuMillis !== null) {
    verdicts.refused(
      GPU_PATH,
      'A share by memory is one of a single device: leave this out, or gpuMemoryBytes.',
    );
  }
  const fits = Number.isSafeInteger(memoryBytes) && memoryBytes > 0;
  extended.judge(inExtension('gpuMemoryBytes'), fits ? null : 'A number of bytes, above 0.');
  if (portion !== null) {
    extended.refused(inExtension('gpuPortion'), 'A share is asked for by portion or by memory, not by both.');
  }
  return { gpuDevicesRequest: 1, gpuRequestType: 'memory', gpuMemoryRequest: byteQuantity(memoryBytes) };
}
