export interface ImageName {
  readonly repository: string;
  readonly tag: string;
}

/** Docker Hub by its names: where the container profiles look by default. */
const DOCKER_HUB = new Set(['docker.io', 'index.docker.io', 'registry-1.docker.io']);

/**
 * An image as the container profiles want it, in two constants; else why it cannot be. They take the registry's address
 * in a third one, whose form is not documented: so it is left to the extension.
 */
export function imageName(image: string, registryGiven: boolean): ImageName | string {
  if (image.includes('@'))
    return 'Qarnot takes an image by repository and tag: one that is named by its digest cannot be asked for.';
  const slash = image.indexOf('/');
  const first = slash < 0 ? '' : image.slice(0, slash);
  const host = /[.:]/.test(first) || first === 'localhost' ? first : null;
  if (host !== null && (registryGiven || !DOCKER_HUB.has(host)))
    return registryGiven
      ? 'The constant DOCKER_SRV names the registry already: leave it out of the image.'
      : 'The container profiles look on Docker Hub: name another registry in the constant DOCKER_SRV of extensions.qarnot.constants, and leave it out of the image.';
  const name = host === null ? image : image.slice(slash + 1);
  const colon = name.lastIndexOf(':');
  const repository = colon < 0 ? name : name.slice(0, colon);
  const tag = colon < 0 ? 'latest' : name.slice(colon + 1);
  if (repository === '' || tag === '' || /[\s:]/.test(repository) || /[\s/]/.test(tag))
    return 'This is not the name of an image.';
  // Docker Hub's own images stand in "library"; with another registry nothing may be added.
  return {
    repository: repository.includes('/') || registryGiven ? repository : `library/${repository}`,
    tag,
  };
}
