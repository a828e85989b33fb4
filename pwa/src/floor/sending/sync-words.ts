import type { SyncState } from '$lib/book';
import { m } from '$lib/i18n/paraglide/messages';

/** The state of the connection in a word or two, the most pressing first. */
export function syncWords(sync: SyncState, stuck = false): { text: string; tone: 'good' | 'quiet' | 'bad' } {
  if (sync.upgradeRequired) return { text: m.sync_upgrade(), tone: 'bad' };
  if (sync.sessionExpired) return { text: m.sync_expired(), tone: 'bad' };
  if (!sync.online) return { text: m.sync_offline(), tone: 'quiet' };
  if (stuck) return { text: m.sync_stuck(), tone: 'bad' };
  if (sync.lastError !== null) return { text: m.sync_problem(), tone: 'bad' };
  return { text: m.sync_online(), tone: 'good' };
}
