import type { EmulatorRequest, EmulatorResponse } from '../../http.ts';
import type { Installation } from '../installation.ts';
import { outputsOf } from '../jobs/outputs.ts';
import { findJob } from '../known-ids.ts';
import { noSuchPage } from './pages.ts';

/**
 * `GET /files/{id}/{name}`: the content of an output file. It asks for no credential, as a link to somebody's storage
 * does; whether the service's links need one, or expire, is unknown.
 */
export function answerFile(installation: Installation, request: EmulatorRequest): EmulatorResponse {
  const [, id, name, extra] = request.segments;
  if (id === undefined || name === undefined || extra !== undefined || request.method !== 'GET') {
    return noSuchPage();
  }
  const job = findJob(installation.site, id, installation.mutation);
  const file =
    job === undefined ? undefined : outputsOf(installation, job).find(({ filename }) => filename === name);
  if (file === undefined) return noSuchPage();
  return { status: 200, headers: { 'content-type': 'application/octet-stream' }, body: file.content() };
}
