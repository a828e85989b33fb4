import type { CustomerRow } from '$lib/book';
import type { Basket } from '../shared/basket.svelte';
import { lineAmount } from '../shared/totals';

/** What the receipt shows: the sale as it was when it was saved. */
export interface SavedSale {
  readonly id: string;
  readonly at: string;
  readonly customer: CustomerRow | null;
  readonly currency: string;
  readonly points: number;
  readonly toPay: number;
  readonly lines: readonly { name: string; quantity: number; amount: number }[];
}

export function savedSale(id: string, basket: Basket, at: Date): SavedSale {
  return {
    id,
    at: at.toISOString(),
    customer: basket.customer,
    currency: basket.currency,
    points: basket.extras.points,
    toPay: basket.toPay,
    lines: basket.priced.map((line) => ({ name: line.product.name, quantity: line.quantity, amount: lineAmount(line) })),
  };
}
