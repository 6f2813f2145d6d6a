import type { Installation } from '../store/installation.ts';
import { hardwareOf } from '../status/part.ts';
import type { JsonObject } from '../wire/json.ts';
import { invalid, noSuch } from '../wire/replies.ts';

interface Profile {
  readonly description: string;
  /** Constant names with what they are for. */
  readonly constants: Readonly<Record<string, string>>;
}

const DOCKER = {
  DOCKER_REPO: 'Image to run',
  DOCKER_TAG: 'Tag of the image',
  DOCKER_CMD: 'Command to run',
  DOCKER_HOST: 'Name of the container’s host',
};

const PROFILES: Readonly<Record<string, Profile>> = {
  'docker-batch': { description: 'Containers', constants: DOCKER },
  'docker-network': { description: 'Containers with forwarded ports', constants: DOCKER },
  'docker-cluster': { description: 'Containers that see each other', constants: DOCKER },
  blender: { description: 'Rendering', constants: { BLEND_FILE: 'Scene to render', BLEND_ENGINE: 'Engine' } },
};

/** Names of all profiles, those of the world's pools included. */
export function profileNames({ site }: Installation): string[] {
  const ofPools = [...site.pools.values()].map(({ profile }) => profile);
  return [...new Set([...Object.keys(PROFILES), ...ofPools])].sort();
}

/** One profile. Its constants have a `name`, where those of a task have a `key`. */
export function profileView(installation: Installation, name: string): JsonObject {
  if (!profileNames(installation).includes(name)) throw noSuch('profile', name);
  const { constants } = PROFILES[name] ?? { constants: DOCKER };
  return {
    name,
    constants: Object.entries(constants).map(([key, description]) => ({ name: key, value: '', description })),
    licenses: [],
  };
}

/** Every constraint that a machine of this installation can meet. */
function constraints({ site }: Installation): JsonObject[] {
  const machines = [...site.nodes.values()].map(hardwareOf);
  const ascending = (values: readonly number[]): number[] => [...new Set(values)].sort((a, b) => a - b);
  const cores = ascending(machines.map(({ coreCount }) => coreCount));
  const memories = ascending(machines.map(({ memoryMB }) => memoryMB));
  return [
    ...cores.map((coreCount) => ({ discriminator: 'MinimumCoreHardwareConstraint', coreCount })),
    ...cores.map((coreCount) => ({ discriminator: 'MaximumCoreHardwareConstraint', coreCount })),
    ...memories.map((minimumMemoryMB) => ({
      discriminator: 'MinimumRamHardwareConstraint',
      minimumMemoryMB,
    })),
    ...[...new Set(machines.map(({ specificationKey }) => specificationKey))]
      .sort()
      .map((specificationKey) => ({
        discriminator: 'SpecificHardwareConstraint',
        specificationKey,
      })),
    ...cpuModels(site.nodes.values()).map((cpuModel) => ({
      discriminator: 'CpuModelHardwareConstraint',
      cpuModel,
    })),
    ...['SSD', 'NoSSD', 'Gpu', 'NoGpu'].map((kind) => ({ discriminator: `${kind}HardwareConstraint` })),
  ];
}

function cpuModels(nodes: Iterable<{ readonly cpuModel: string }>): string[] {
  return [...new Set([...nodes].map(({ cpuModel }) => cpuModel))].sort();
}

const MAX_LIMIT = 50;

/** A page of constraints. The maximum is documented, what happens above it is not: here it is cut down. */
export function hardwarePage(
  installation: Installation,
  limit: string | null,
  offset: string | null,
): JsonObject {
  const numbers = { Limit: Number(limit ?? MAX_LIMIT), Offset: Number(offset ?? 0) };
  for (const [name, value] of Object.entries(numbers)) {
    if (!Number.isInteger(value) || value < 0) throw invalid({ [name]: 'Must be an integer, not below 0.' });
  }
  const all = constraints(installation);
  const size = Math.min(numbers.Limit, MAX_LIMIT);
  return {
    data: all.slice(numbers.Offset, numbers.Offset + size),
    offset: numbers.Offset,
    limit: size,
    total: all.length,
  };
}

/** CPU models by how well they fit the words of the query, best first. */
export function searchCpuModels({ site }: Installation, query: string | null): JsonObject[] {
  const words = (query ?? '')
    .toLowerCase()
    .split(/\s+/)
    .filter((word) => word !== '');
  if (words.length === 0) throw invalid({ cpuModel: 'The cpuModel field is required.' });
  return cpuModels(site.nodes.values())
    .map((cpuModel) => ({
      cpuModel,
      score: words.filter((word) => cpuModel.toLowerCase().includes(word)).length,
    }))
    .filter(({ score }) => score > 0)
    .sort((a, b) => b.score - a.score)
    .map(({ cpuModel }) => ({ discriminator: 'CpuModelHardwareConstraint', cpuModel }));
}
