/**
 * Named sizes. The names and their first two figures are those of a documented client, whose list is not complete; the
 * disk, like the path that serves them, is a guess. `ram` and `disk` are in megabytes.
 */
const SMALLEST = { name: 'C.2x2', vcpus: 2, ram: 2048, disk: 10_240 } as const;

export const INSTANCE_TYPES = [
  SMALLEST,
  { name: 'C.2x4', vcpus: 2, ram: 4096, disk: 10_240 },
  { name: 'C.4x4', vcpus: 4, ram: 4096, disk: 10_240 },
] as const;

/** The size of that name, the default size when no name is given, undefined for a name that is not known. */
export function instanceTypeOf(name: string | undefined): (typeof INSTANCE_TYPES)[number] | undefined {
  return name === undefined ? SMALLEST : INSTANCE_TYPES.find((type) => type.name === name);
}
