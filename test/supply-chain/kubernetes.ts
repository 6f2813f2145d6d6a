import { readdirSync, readFileSync } from 'node:fs';
import { parseAllDocuments } from 'yaml';
import { z } from 'zod';

const FOLDER = new URL('../../examples/kubernetes/', import.meta.url);

const texts = z.record(z.string(), z.string());
const metadata = z.looseObject({ name: z.string(), labels: texts.default({}) });
const manifest = z.looseObject({ apiVersion: z.string(), kind: z.string(), metadata });

export type Manifest = z.output<typeof manifest>;

/** Every YAML file of the example, by its name seen from examples/kubernetes. */
export function manifestFiles(): string[] {
  return readdirSync(FOLDER, { recursive: true })
    .map((name) => name.toString().replaceAll('\\', '/'))
    .filter((name) => /\.ya?ml$/.test(name))
    .toSorted();
}

/** The objects of one file, read as Kubernetes reads them. Throws for what is no YAML, or no object of Kubernetes. */
export function manifestsOf(file: string): Manifest[] {
  const text = readFileSync(new URL(file, FOLDER), 'utf8');
  return parseAllDocuments(text, { version: '1.1' }).map((document) => {
    for (const problem of [...document.errors, ...document.warnings]) throw problem;
    return manifest.parse(document.toJS());
  });
}

/** The one object of a kind. */
export function manifestOf(kind: string): Manifest {
  const found = manifestFiles()
    .flatMap(manifestsOf)
    .filter((one) => one.kind === kind);
  if (found.length !== 1 || found[0] === undefined) throw new Error(`${String(found.length)} objects of kind ${kind}`); // prettier-ignore
  return found[0];
}

const probe = z.looseObject({
  httpGet: z.strictObject({ path: z.string(), port: z.string() }),
  periodSeconds: z.number(),
});

const container = z.looseObject({
  image: z.string(),
  args: z.array(z.string()),
  env: z.array(z.looseObject({ name: z.string() })).default([]),
  securityContext: z.looseObject({
    readOnlyRootFilesystem: z.boolean(),
    allowPrivilegeEscalation: z.boolean(),
    privileged: z.boolean().default(false),
    capabilities: z.strictObject({ drop: z.array(z.string()) }),
  }),
  ports: z.array(z.strictObject({ name: z.string(), containerPort: z.number() })),
  startupProbe: probe,
  livenessProbe: probe,
  readinessProbe: probe,
  lifecycle: z.strictObject({ preStop: z.strictObject({ sleep: z.strictObject({ seconds: z.number() }) }) }),
  resources: z.strictObject({ requests: texts, limits: texts }),
  volumeMounts: z.array(
    z.strictObject({ name: z.string(), mountPath: z.string(), readOnly: z.boolean().default(false) }),
  ),
});

const deployment = z.looseObject({
  replicas: z.number(),
  strategy: z.strictObject({ type: z.string() }),
  selector: z.strictObject({ matchLabels: texts }),
  template: z.looseObject({
    metadata: z.looseObject({ labels: texts }),
    spec: z.looseObject({
      automountServiceAccountToken: z.boolean(),
      enableServiceLinks: z.boolean(),
      terminationGracePeriodSeconds: z.number(),
      hostNetwork: z.boolean().default(false),
      hostPID: z.boolean().default(false),
      securityContext: z.looseObject({
        runAsNonRoot: z.boolean(),
        runAsUser: z.number(),
        runAsGroup: z.number(),
        fsGroup: z.number(),
        seccompProfile: z.strictObject({ type: z.string() }),
      }),
      containers: z.tuple([container]),
      volumes: z.array(
        z.looseObject({
          name: z.string(),
          configMap: z.looseObject({ name: z.string() }).optional(),
          secret: z.looseObject({ secretName: z.string(), defaultMode: z.number() }).optional(),
          persistentVolumeClaim: z.looseObject({ claimName: z.string() }).optional(),
        }),
      ),
    }),
  }),
});

/** What the Deployment says of its pods. */
export function deploymentSpec(): z.output<typeof deployment> {
  return deployment.parse(manifestOf('Deployment')['spec']);
}

/** `gridweave.yaml` as the ConfigMap holds it. */
export function mountedConfig(): string {
  const { data } = z.looseObject({ data: texts }).parse(manifestOf('ConfigMap'));
  const text = data['gridweave.yaml'];
  if (text === undefined) throw new Error('the ConfigMap has no gridweave.yaml');
  return text;
}

const external = z.looseObject({
  target: z.strictObject({ name: z.string() }),
  data: z.array(z.strictObject({ secretKey: z.string(), remoteRef: texts })),
});

/** What the Secret that is mounted holds, by its keys. */
export function secretReferences(): z.output<typeof external> {
  return external.parse(manifestOf('ExternalSecret')['spec']);
}
