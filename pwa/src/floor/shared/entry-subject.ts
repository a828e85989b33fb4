import type { CustomerRow, OutboxEntry, ProductRow } from '$lib/book';
import { m } from '$lib/i18n/paraglide/messages';
import type { RegisterField } from './handover';

interface SoldLine {
  sku: string;
  quantity: number;
  amount: number;
}

interface EntryData {
  customer_id?: string | null;
  name?: string;
  text?: string;
  value?: string;
  lines?: SoldLine[];
  currency?: string;
  changes?: Record<string, unknown>;
}

/** `sale.return` of SYNC.md; `line` counts from 0. */
export interface ReturnData {
  sale_id: string;
  lines: { line: number; quantity: number }[];
  reason: string;
  occurred_at: string;
}

export function dataOf(entry: OutboxEntry): EntryData {
  return entry.kind === 'sale.return' ? {} : (entry.data as EntryData);
}

export function returnOf(entry: OutboxEntry): ReturnData | null {
  return entry.kind === 'sale.return' ? (entry.data as ReturnData) : null;
}

/** The sale that a return is from, when it was made on this tablet lately. */
function soldOf(entry: OutboxEntry, outbox: readonly OutboxEntry[]): OutboxEntry | undefined {
  const sale = returnOf(entry)?.sale_id;
  return sale === undefined ? undefined : outbox.find(({ id }) => id === sale);
}

export function customerIdOf(entry: OutboxEntry, outbox: readonly OutboxEntry[]): string | null {
  if (entry.kind === 'customer.register') return entry.id;
  const sold = soldOf(entry, outbox);
  return dataOf(sold ?? entry).customer_id ?? null;
}

/** The articles that a record is about. */
export function skusOf(entry: OutboxEntry, outbox: readonly OutboxEntry[]): string[] {
  const lines = dataOf(soldOf(entry, outbox) ?? entry).lines ?? [];
  const back = returnOf(entry);
  const concerned = back === null ? lines : lines.filter((_, index) => back.lines.some(({ line }) => line === index));
  return concerned.map(({ sku }) => sku);
}

/** Whom and what a record is about: `김민지 · 하늘담 수분크림 외 1종`. */
export function subjectWords(
  entry: OutboxEntry,
  customer: CustomerRow | null,
  skus: readonly string[],
  products: ReadonlyMap<string, ProductRow>,
): string {
  const data = dataOf(entry);
  const back = returnOf(entry);
  const count = back?.lines.reduce((sum, { quantity }) => sum + quantity, 0) ?? 0;
  const who = customer?.name ?? data.name ?? (entry.kind === 'sale.log' ? m.sale_without_customer() : '');
  const [first] = skus;
  const name = first === undefined ? '' : (products.get(first)?.name ?? first);
  const what = skus.length > 1 ? m.sale_lines_more({ name, count: skus.length - 1 }) : name;
  return [who, what, back === null ? '' : m.return_subject({ count }), data.text ?? '', data.value ?? ''].filter(Boolean).join(' · ');
}

/** What a refused registration held, for the form that corrects it. */
export function draftOf(entry: OutboxEntry): Partial<Record<RegisterField, string>> {
  const data = entry.data as Partial<Record<RegisterField, string>> & { cards?: string[] };
  const { name, name_latin, phone, language, nationality, district, birth_date } = data;
  const fields = { name, name_latin, phone, language, nationality, district, birth_date, card: data.cards?.[0] };
  return Object.fromEntries(Object.entries(fields).filter(([, text]) => typeof text === 'string'));
}
