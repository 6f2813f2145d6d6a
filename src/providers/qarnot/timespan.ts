const TIMESPAN = /^(-?)(?:(\d{1,8})\.)?(\d{1,8}):(\d{1,2}):(\d{1,2})(?:\.(\d{1,9}))?$/;

/**
 * Milliseconds of a .NET TimeSpan, `[-][d.]hh:mm:ss[.fffffff]`, any fraction below a millisecond dropped. Hours above
 * 23 are accepted: one documented example is `30:00:00`. Null for anything else.
 */
export function timespanMs(value: unknown): number | null {
  const match = typeof value === 'string' ? TIMESPAN.exec(value) : null;
  if (match === null) return null;
  const [, sign, days = '0', hours = '0', minutes = '0', seconds = '0', fraction = ''] = match;
  if (Number(minutes) > 59 || Number(seconds) > 59) return null;
  const wholeSeconds = ((Number(days) * 24 + Number(hours)) * 60 + Number(minutes)) * 60 + Number(seconds);
  const ms = wholeSeconds * 1000 + Number(fraction.padEnd(3, '0').slice(0, 3));
  return sign === '-' ? 0 - ms : ms;
}

/** A .NET TimeSpan of whole seconds, `[d.]hh:mm:ss`: one of the official clients misreads fractions. */
export function timespanText(seconds: number): string {
  const days = Math.floor(seconds / 86_400);
  const clock = [Math.floor(seconds / 3600) % 24, Math.floor(seconds / 60) % 60, seconds % 60];
  const time = clock.map((part) => String(part).padStart(2, '0')).join(':');
  return days === 0 ? time : `${String(days)}.${time}`;
}
