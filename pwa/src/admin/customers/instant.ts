/** The instant, RFC 3339 in UTC, at which the clocks of `zone` show `local` (`2026-11-24T14:20`). */
export function instantAt(local: string, zone: string): string {
  const shown = new Intl.DateTimeFormat('sv-SE', { timeZone: zone, dateStyle: 'short', timeStyle: 'medium' });
  const wanted = Date.parse(`${local}:00Z`);
  // The difference at about that time; once more, should the clocks change in between.
  let at = wanted;
  for (let turn = 0; turn < 2; turn++) at += wanted - Date.parse(`${shown.format(at).replace(' ', 'T')}Z`);
  return new Date(at).toISOString();
}
