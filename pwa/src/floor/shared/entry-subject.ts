import type { CustomerRow, OutboxEntry, ProductRow } from '$lib/book';
import { m } from '$lib/i18n/paraglide/messages';

interface EntryData {
  customer_id?: string | null;
  name?: string;
  text?: string;
  lines?: { sku: string; quantity: number; amount: number }[];
  currency?: string;
  changes?: Record<string, unknown>;
}

export function dataOf(entry: OutboxEntry): EntryData {
  return entry.data as EntryData;
}

export function customerIdOf(entry: OutboxEntry): string | null {
  if (entry.kind === 'customer.register') return entry.id;
  return dataOf(entry).customer_id ?? null;
}

/** Whom and what a record is about: `김민지 · 하늘담 수분크림 외 1종`. */
export function subjectWords(
  entry: OutboxEntry,
  customer: CustomerRow | null,
  products: ReadonlyMap<string, ProductRow>,
): string {
  const data = dataOf(entry);
  const who = customer?.name ?? data.name ?? (entry.kind === 'sale.log' ? m.sale_without_customer() : '');
  const [first] = data.lines ?? [];
  if (first === undefined) return [who, data.text ?? ''].filter(Boolean).join(' · ');
  const name = products.get(first.sku)?.name ?? first.sku;
  const rest = (data.lines?.length ?? 1) - 1;
  const what = rest > 0 ? m.sale_lines_more({ name, count: rest }) : name;
  return `${who} · ${what}`;
}
