/** A span of time as Go prints it: `4s`, `1m30s`, `1h0m0s`, `1.5s`. */
export function goDuration(ms: number): string {
  const seconds = Math.abs(ms) / 1000;
  const hours = Math.floor(seconds / 3600);
  const minutes = Math.floor((seconds % 3600) / 60);
  const rest = `${Number((seconds % 60).toFixed(3))}s`;
  const text = hours > 0 ? `${hours}h${minutes}m${rest}` : minutes > 0 ? `${minutes}m${rest}` : rest;
  return ms < 0 ? `-${text}` : text;
}
