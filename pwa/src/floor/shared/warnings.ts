import type { LockState, SyncState } from '$lib/book';
import type { Formatter } from '$lib/i18n/formatter';
import { m } from '$lib/i18n/paraglide/messages';

/** Something about this tablet that may cost a sale or a day: a word for the line, three sentences for the panel. */
export interface Warning {
  readonly key: 'revoked' | 'full' | 'low' | 'clock' | 'lease' | 'evicted' | 'persist';
  readonly tone: 'look' | 'bad';
  readonly short: string;
  readonly happened: string;
  readonly safe: string;
  readonly todo: string;
}

const HOUR = 3_600_000;
/** How long before the tablet locks for want of a connection it says so. */
const LEASE_NOTICE = 12 * HOUR;

/** What is wrong with the tablet, the most pressing first. `now` is the tablet's time in ms. */
export function warningsOf(
  sync: Pick<SyncState, 'revoked' | 'storage' | 'evicted' | 'clockOff'>,
  lock: Pick<LockState, 'leaseEnds'>,
  now: number,
  format: Pick<Formatter, 'moment'>,
): Warning[] {
  const found: (Warning | null)[] = [
    sync.revoked
      ? { key: 'revoked', tone: 'bad', short: m.warn_revoked(), happened: m.warn_revoked_happened(), safe: m.warn_revoked_safe(), todo: m.warn_revoked_todo() }
      : null,
    space(sync.storage.quota),
    clock(sync.clockOff),
    lease(lock.leaseEnds, now, format),
    sync.evicted
      ? { key: 'evicted', tone: 'look', short: m.warn_evicted(), happened: m.warn_evicted_happened(), safe: m.warn_evicted_safe(), todo: m.warn_evicted_todo() }
      : null,
    sync.storage.persisted === false
      ? { key: 'persist', tone: 'look', short: m.warn_persist(), happened: m.warn_persist_happened(), safe: m.warn_persist_safe(), todo: m.warn_persist_todo() }
      : null,
  ];
  return found.filter((warning) => warning !== null);
}

function space(quota: SyncState['storage']['quota']): Warning | null {
  const both = { safe: m.warn_space_safe(), todo: m.warn_space_todo() };
  if (quota === 'full') return { key: 'full', tone: 'bad', short: m.warn_full(), happened: m.warn_full_happened(), ...both };
  if (quota === 'low') return { key: 'low', tone: 'look', short: m.warn_low(), happened: m.warn_low_happened(), ...both };
  return null;
}

/** `off` is the tablet's time less the server's, in ms. */
function clock(off: number | null): Warning | null {
  if (off === null) return null;
  const minutes = Math.round(Math.abs(off) / 60_000);
  const words = off > 0
    ? { short: m.warn_clock_fast({ minutes }), happened: m.warn_clock_fast_happened({ minutes }) }
    : { short: m.warn_clock_slow({ minutes }), happened: m.warn_clock_slow_happened({ minutes }) };
  return { key: 'clock', tone: 'bad', ...words, safe: m.warn_clock_safe(), todo: m.todo_clock() };
}

function lease(ends: string | null, now: number, format: Pick<Formatter, 'moment'>): Warning | null {
  if (ends === null || Date.parse(ends) - now > LEASE_NOTICE) return null;
  const time = format.moment(ends);
  return { key: 'lease', tone: 'look', short: m.warn_lease({ time }), happened: m.warn_lease_happened({ time }), safe: m.warn_lease_safe(), todo: m.warn_lease_todo() };
}
