// What came of asking members, as the entries of this tablet say. Pure.
import type { Mutation } from '$lib/vault';
import type { OutboxEntry } from './types';

type Said = Pick<Mutation, 'id' | 'kind' | 'data'>;

const about = (entry: Said): { customer_id?: string; outreach_id?: string } => entry.data as { customer_id?: string; outreach_id?: string };

/** The outcomes among some entries, without those that were taken back. */
function standing<T extends Said>(entries: readonly T[]): T[] {
  const back = new Set(entries.filter(({ kind }) => kind === 'outreach.take_back').map((entry) => about(entry).outreach_id));
  return entries.filter(({ kind, id }) => kind === 'outreach.record' && !back.has(id));
}

/** What was recorded here lately: neither taken back nor refused by the server. */
export function outcomes(entries: readonly OutboxEntry[]): OutboxEntry[] {
  return standing(entries.filter(({ state }) => state !== 'rejected'));
}

/** Whom somebody asked at a time that counts. */
export function askedWhen(entries: readonly OutboxEntry[], counts: (at: string) => boolean): Set<string> {
  return new Set(outcomes(entries).filter(({ at }) => counts(at)).map((entry) => about(entry).customer_id ?? ''));
}

/** Whom entries that the copy does not show yet take off the list: she was asked, or she bought. */
export function offTheList(pending: readonly Mutation[]): Set<string> {
  const sold = pending.filter(({ kind }) => kind === 'sale.log');
  const ids = [...standing(pending), ...sold].map((entry) => about(entry).customer_id);
  return new Set(ids.filter((id) => typeof id === 'string'));
}
