/** The providers of the benchmark: both emulators over a world that stands still, in a process of their own. */
import { startSandbox } from '../src/sandbox/sandbox.ts';

const sandbox = await startSandbox({ seed: 7, arrivalMs: 0, nodeUpMs: 0 });
const urlOf = (kind: 'bacalhau' | 'qarnot') => sandbox.emulators.get(kind)?.url;
process.stdout.write(
  `${JSON.stringify({
    bacalhau: urlOf('bacalhau'),
    qarnot: urlOf('qarnot'),
    qarnotToken: sandbox.emulators.get('qarnot')?.connection.credential['token'],
  })}\n`,
);
