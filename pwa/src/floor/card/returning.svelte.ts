import { api, call } from '$lib/api';
import type { Book, OutboxEntry } from '$lib/book';
import { dataOf, returnOf, type ReturnData } from '../shared/entry-subject';
import type { SaleDetail } from './card.svelte';
import type { HistorySale } from './history';

/** A line of the sale and how much of it comes back. Money is minor units of the sale's currency. */
export interface ReturnLine {
  /** Counts from 0, as in the sale. */
  readonly line: number;
  readonly name: string;
  readonly sold: number;
  /** What has not come back yet. */
  readonly left: number;
  readonly amount: number;
  readonly taken: number;
}

interface SoldLine {
  line: number;
  sku: string;
  name: string | null;
  quantity: number;
  amount: number;
}

/** What the customer gets back for a line: the amount that was paid, by the piece. */
export function refundOf({ amount, sold, taken }: Pick<ReturnLine, 'amount' | 'sold' | 'taken'>): number {
  return sold === 0 ? 0 : Math.round((amount * taken) / sold);
}

/** A return being taken: the lines of one sale, what comes back and why. */
export class Returning {
  /** null without the server for a sale that was not made here. */
  #lines = $state.raw<readonly ReturnLine[] | null | undefined>();
  reason = $state('');
  readonly sale: HistorySale;
  readonly #book: Book;

  constructor(book: Book, sale: HistorySale) {
    this.#book = book;
    this.sale = sale;
  }

  /** undefined while they are read. */
  get lines(): readonly ReturnLine[] | null | undefined {
    return this.#lines;
  }

  readonly refund = $derived((this.#lines ?? []).reduce((sum, line) => sum + refundOf(line), 0));
  readonly savable = $derived(this.reason !== '' && (this.#lines ?? []).some(({ taken }) => taken > 0));

  async read(): Promise<void> {
    const own = this.sale.entry;
    const detail = await this.#fetch();
    const sold = detail?.lines ?? (own === null ? null : soldHere(own));
    if (sold === null) {
      this.#lines = null;
      return;
    }
    const products = await this.#book.products(sold.map(({ sku }) => sku));
    const back = this.#returned(detail);
    this.#lines = sold.map(({ line, sku, name, quantity, amount }) => ({
      line, amount, name: name ?? products.get(sku)?.name ?? sku,
      sold: quantity, left: Math.max(0, quantity - (back.get(line) ?? 0)), taken: 0,
    }));
    // One thing was sold and one comes back: nothing is left to choose.
    if (this.#lines.length === 1 && this.#lines[0]?.left === 1) this.take(this.#lines[0].line, 1);
  }

  take(line: number, taken: number): void {
    this.#lines = (this.#lines ?? []).map((each) => (each.line === line ? { ...each, taken: Math.max(0, Math.min(each.left, taken)) } : each));
  }

  /** Resolves when it is safe on this tablet. */
  async save(now: Date): Promise<void> {
    const data: ReturnData = {
      sale_id: this.sale.id,
      lines: (this.#lines ?? []).filter(({ taken }) => taken > 0).map(({ line, taken }) => ({ line, quantity: taken })),
      reason: this.reason,
      occurred_at: now.toISOString(),
    };
    await this.#book.record('sale.return', data);
  }

  async #fetch(): Promise<SaleDetail | null> {
    try {
      return (await call(api.GET('/api/v1/sales/{sale_id}', { params: { path: { sale_id: this.sale.id } } }))) as SaleDetail;
    } catch {
      // Offline, or a sale that has not arrived there yet: what this tablet knows is enough.
      return null;
    }
  }

  /** Pieces that came back already, by line: what the server knows and what this tablet has not sent yet. */
  #returned(detail: SaleDetail | null): Map<number, number> {
    const known = new Set((detail?.returns ?? []).map(({ id }) => id));
    const here = this.#book.outbox.filter((entry) => entry.state !== 'rejected' && !known.has(entry.id)).flatMap((entry) => {
      const data = returnOf(entry);
      return data?.sale_id === this.sale.id ? data.lines : [];
    });
    const back = new Map<number, number>();
    for (const { line, quantity } of [...(detail?.returns ?? []).flatMap(({ lines }) => lines), ...here]) {
      back.set(line, (back.get(line) ?? 0) + quantity);
    }
    return back;
  }
}

function soldHere(entry: OutboxEntry): SoldLine[] {
  return (dataOf(entry).lines ?? []).map(({ sku, quantity, amount }, line) => ({ line, sku, name: null, quantity, amount }));
}
