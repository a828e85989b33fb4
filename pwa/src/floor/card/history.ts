import type { OutboxEntry } from '$lib/book';
import { dataOf, returnOf } from '../shared/entry-subject';
import type { SaleRecord } from './card.svelte';

/** A sale in a customer's history, from the server or, before it arrived, from this tablet. */
export interface HistorySale {
  readonly id: string;
  readonly occurredAt: string;
  /** Code of the store; null for one that this tablet has not sent yet. */
  readonly store: string | null;
  /** The business unit's name, where the server told it. */
  readonly unit: { readonly name: string; readonly name_latin: string | null } | null;
  readonly total: number;
  readonly currency: string;
  /** Made here, so that its lines are known without the server. */
  readonly entry: OutboxEntry | null;
  /** Pieces that came back by what this tablet knows, and whether some of it still waits to be sent. */
  readonly returned: number;
  readonly returnWaits: boolean;
}

/** The server's list with this tablet's own sales that are not in it, newest first. `fetched` is null without the server. */
export function historyOf(customerId: string, fetched: readonly SaleRecord[] | null, outbox: readonly OutboxEntry[]): HistorySale[] {
  const own = outbox.filter((entry) => entry.kind === 'sale.log' && entry.state !== 'rejected' && dataOf(entry).customer_id === customerId);
  const entryOf = new Map(own.map((entry) => [entry.id, entry]));
  const listed = (fetched ?? []).map((sale) => ({
    id: sale.id, occurredAt: sale.occurred_at, store: sale.store,
    unit: { name: sale.unit, name_latin: sale.unit_latin }, total: sale.total, currency: sale.currency,
  }));
  const known = new Set(listed.map(({ id }) => id));
  const waiting = own.filter(({ id }) => !known.has(id)).map((entry) => ({
    id: entry.id, occurredAt: entry.at, store: null, unit: null, currency: dataOf(entry).currency ?? 'KRW',
    total: (dataOf(entry).lines ?? []).reduce((sum, { amount }) => sum + amount, 0),
  }));
  return [...waiting, ...listed]
    .map((sale) => ({ ...sale, entry: entryOf.get(sale.id) ?? null, ...returnsOf(sale.id, outbox) }))
    .sort((one, other) => Date.parse(other.occurredAt) - Date.parse(one.occurredAt));
}

function returnsOf(saleId: string, outbox: readonly OutboxEntry[]): { returned: number; returnWaits: boolean } {
  const entries = outbox.filter((entry) => entry.state !== 'rejected' && returnOf(entry)?.sale_id === saleId);
  const returned = entries.flatMap((entry) => returnOf(entry)?.lines ?? []).reduce((sum, { quantity }) => sum + quantity, 0);
  return { returned, returnWaits: entries.some(({ state }) => state === 'waiting' || state === 'sending') };
}
