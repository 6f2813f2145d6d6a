import { describe, expect, it } from 'vitest';
import { copiesOf, DOCKERFILE, stagesOf } from './dockerfile.ts';
import {
  deploymentSpec,
  manifestFiles,
  manifestOf,
  manifestsOf,
  mountedConfig,
  secretReferences,
} from './kubernetes.ts';
import { loadExample } from './with-secrets.ts';

const SECRETS = '/run/secrets/gridweave';

const { template, ...deployment } = deploymentSpec();
const pod = template.spec;
const [gateway] = pod.containers;
const mountOf = (name: string) => gateway.volumeMounts.find((mount) => mount.name === name);
const volumeOf = (name: string) => pod.volumes.find((volume) => volume.name === name);
/** As the container is started: the image sets HOST and PORT, which win over the file. */
const imageEnv = Object.fromEntries(
  stagesOf(DOCKERFILE)
    .at(-1)!
    .instructions.filter(({ keyword }) => keyword === 'ENV')
    .flatMap(({ text }) => text.split(' ').map((word) => word.split('='))),
) as Record<string, string>;
const { config, files } = loadExample(mountedConfig(), SECRETS, imageEnv);

describe('the manifests', () => {
  it.each(manifestFiles())('%s can be read, names no namespace, and is labelled', (file) => {
    for (const { metadata } of manifestsOf(file)) {
      expect(metadata['namespace']).toBeUndefined();
      expect(metadata.labels).toMatchObject({ 'app.kubernetes.io/name': 'gridweave' });
    }
  });

  it('are these, and what needs an operator lies apart', () => {
    const kinds = (optional: boolean): string[] =>
      manifestFiles()
        .filter((file) => file.startsWith('optional/') === optional)
        .flatMap((file) => manifestsOf(file).map(({ kind }) => kind))
        .toSorted();
    expect(kinds(false)).toEqual([
      'ConfigMap',
      'Deployment',
      'NetworkPolicy',
      'PersistentVolumeClaim',
      'PodDisruptionBudget',
      'Service',
    ]);
    expect(kinds(true)).toEqual(['ExternalSecret', 'ServiceMonitor']);
  });

  it('hold no secret, and no reference to one that is not there', () => {
    const wanted = files.map((file) => file.slice(SECRETS.length + 1)).toSorted();
    const { target, data } = secretReferences();
    expect(data.map(({ secretKey }) => secretKey).toSorted()).toEqual(wanted);
    expect(wanted.length).toBeGreaterThan(1);
    expect(volumeOf('secrets')?.secret?.secretName).toBe(target.name);
    expect(mountOf('secrets')?.mountPath).toBe(SECRETS);
    expect(gateway.env).toEqual([]);
    for (const provider of config.providers) expect(provider.secrets.length, provider.key).toBeGreaterThan(0);
  });

  it('find each other by their labels', () => {
    const labels = template.metadata.labels;
    expect(deployment.selector.matchLabels).toEqual(labels);
    expect(manifestOf('Service')).toMatchObject({ spec: { selector: labels } });
    expect(manifestOf('NetworkPolicy')).toMatchObject({ spec: { podSelector: { matchLabels: labels } } });
    expect(manifestOf('PodDisruptionBudget')).toMatchObject({ spec: { selector: { matchLabels: labels } } });
    expect(manifestOf('ServiceMonitor')).toMatchObject({
      spec: { selector: { matchLabels: manifestOf('Service').metadata.labels }, endpoints: [{ port: 'metrics', path: '/metrics' }] }, // prettier-ignore
    });
  });
});

describe('the pod', () => {
  it('has no rights, and nothing that it could change', () => {
    expect(pod.securityContext).toMatchObject({
      runAsNonRoot: true,
      seccompProfile: { type: 'RuntimeDefault' },
    });
    expect(gateway.securityContext).toEqual({
      readOnlyRootFilesystem: true,
      allowPrivilegeEscalation: false,
      privileged: false,
      capabilities: { drop: ['ALL'] },
    });
    expect([pod.hostNetwork, pod.hostPID, pod.automountServiceAccountToken]).toEqual([false, false, false]);
    expect(gateway.volumeMounts.filter(({ readOnly }) => !readOnly).map(({ name }) => name)).toEqual([
      'data',
    ]);
  });

  it('is the user of the image, who can read the secret and write to the volume', () => {
    const user = stagesOf(DOCKERFILE)
      .at(-1)!
      .instructions.find(({ keyword }) => keyword === 'USER');
    const { runAsUser, runAsGroup, fsGroup } = pod.securityContext;
    expect(`${String(runAsUser)}:${String(runAsGroup)}`).toBe(user?.text);
    expect(fsGroup).toBe(runAsGroup);
    expect(volumeOf('secrets')?.secret?.defaultMode).toBe(0o440);
  });

  it('is known by a version, asks for what it needs, and may not take all memory', () => {
    expect(gateway.image).toMatch(/:\d+\.\d+\.\d+$|@sha256:/);
    expect(Object.keys(gateway.resources.requests)).toEqual(['cpu', 'memory']);
    expect(gateway.resources.limits['memory']).toMatch(/^\d+[MG]i$/);
  });

  it('is alone with its data directory, which lies on the volume', () => {
    expect([deployment.replicas, deployment.strategy.type]).toEqual([1, 'Recreate']);
    const claim = volumeOf('data')?.persistentVolumeClaim?.claimName;
    expect(manifestOf('PersistentVolumeClaim').metadata.name).toBe(claim);
    const mount = mountOf('data');
    expect(config.data.directory).toMatch(new RegExp(`^${mount?.mountPath ?? '/nowhere'}/.`));
    // The image makes the same folder for the same user, for whoever mounts a volume without Kubernetes.
    const run = stagesOf(DOCKERFILE)
      .at(-1)!
      .instructions.find(({ keyword }) => keyword === 'RUN');
    expect(run?.text).toContain(mount?.mountPath);
  });

  it('runs the configuration that is mounted', () => {
    const path = gateway.args.at(-1) ?? '';
    expect(gateway.args.slice(0, -1)).toEqual(['serve', '--config']);
    expect(path).toBe(`${mountOf('config')?.mountPath ?? ''}/gridweave.yaml`);
    expect(volumeOf('config')?.configMap?.name).toBe(manifestOf('ConfigMap').metadata.name);
    // What the image brings must not lie under a mount.
    const brought = stagesOf(DOCKERFILE)
      .flatMap(copiesOf)
      .map(({ target }) => `/app/${target}`);
    expect(gateway.volumeMounts.filter(({ mountPath }) => brought.includes(mountPath))).toEqual([]);
  });
});

describe('the configuration', () => {
  it('is for a gateway that is exposed', () => {
    expect(config.auth).not.toBeNull();
    expect(config.auth?.anonymous).toBeNull();
    expect(config.server).toMatchObject({ host: '0.0.0.0', graphiql: false, introspection: false });
    expect(config.warnings).toEqual([]);
  });

  it('listens where the pod says, and is probed where it answers', () => {
    const ports = new Map(gateway.ports.map(({ name, containerPort }) => [name, containerPort]));
    expect(ports.get('http')).toBe(config.server.port);
    expect(ports.get('metrics')).toBe(config.metrics.port);
    expect(config.metrics.host).toBe('0.0.0.0');
    const { startupProbe, livenessProbe, readinessProbe } = gateway;
    expect([startupProbe, livenessProbe].map(({ httpGet }) => httpGet)).toEqual([
      { path: '/health', port: 'metrics' },
      { path: '/health', port: 'metrics' },
    ]);
    expect(readinessProbe.httpGet).toEqual({ path: '/ready', port: 'metrics' });
    expect(manifestOf('Service')).toMatchObject({
      spec: { ports: [{ targetPort: 'http' }, { name: 'metrics', port: config.metrics.port }] },
    });
  });

  it('leaves in the time that the pod is given', () => {
    const { seconds } = gateway.lifecycle.preStop.sleep;
    const graceMs = pod.terminationGracePeriodSeconds * 1_000;
    expect(graceMs).toBeGreaterThanOrEqual(seconds * 1_000 + config.server.drainMs + 5_000);
    expect(seconds).toBeGreaterThan(0);
  });
});

describe('the network policy', () => {
  it('lets callers and the scraper in apart, and keeps the metadata of clouds out of reach', () => {
    const { spec } = manifestOf('NetworkPolicy');
    expect(spec).toMatchObject({
      policyTypes: ['Ingress', 'Egress'],
      ingress: [{ ports: [{ port: 'http' }] }, { ports: [{ port: 'metrics' }] }],
    });
    expect(JSON.stringify(spec)).toContain('"except":["169.254.0.0/16"]');
  });
});
