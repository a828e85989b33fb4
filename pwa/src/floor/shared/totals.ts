import type { ProductRow } from '$lib/book';
import type { AppliedCoupon, PricedLine } from './coupons';

/** One product in the basket. Money is in minor units of the basket's currency. */
export interface BasketLine {
  readonly product: ProductRow;
  readonly quantity: number;
  /** What one costs; null until it is entered, when the product's own price is in another currency. */
  readonly unitPrice: number | null;
  /** Taken off the whole line. */
  readonly discount: number;
}

export interface BasketExtras {
  readonly points: number;
  readonly flight: string;
  /** Local time as a `datetime-local` field gives it, or empty. */
  readonly departsAt: string;
  readonly note: string;
}

/** `sale.log` of SYNC.md. */
export interface SaleData {
  customer_id: string | null;
  lines: { sku: string; quantity: number; amount: number; unit_price?: number; discount?: number }[];
  currency: string;
  points_redeemed?: number;
  coupons?: string[];
  occurred_at: string;
  trip?: { flight: string; departs_at: string };
  note?: string;
}

/** What is paid for the line; 0 while its price is missing. */
export function lineAmount(line: BasketLine): number {
  return Math.max(0, (line.unitPrice ?? 0) * line.quantity - line.discount);
}

export function discountTooBig(line: BasketLine): boolean {
  return line.unitPrice !== null && line.discount > line.unitPrice * line.quantity;
}

export function basketTotal(lines: readonly BasketLine[]): number {
  return lines.reduce((total, line) => total + lineAmount(line), 0);
}

export function itemCount(lines: readonly BasketLine[]): number {
  return lines.reduce((count, line) => count + line.quantity, 0);
}

/** A point pays one won; in other currencies points are only noted and the till settles them. */
export function amountToPay(total: number, points: number, currency: string): number {
  return currency === 'KRW' ? Math.max(0, total - points) : total;
}

/** The lines with what coupons take off them, which is never more than what is left to pay. */
export function withCoupons(lines: readonly BasketLine[], coupons: readonly AppliedCoupon[]): BasketLine[] {
  return lines.map((line, place) => {
    const taken = coupons.reduce((sum, { parts }) => sum + (parts[place] ?? 0), 0);
    return { ...line, discount: line.discount + Math.min(taken, lineAmount(line)) };
  });
}

/** What coupons are worked out on: prices before anything is taken off. */
export function priced(lines: readonly BasketLine[]): PricedLine[] {
  return lines.map(({ product, quantity, unitPrice }) => ({ price: (unitPrice ?? 0) * quantity, category: product.category }));
}

/** The price of a product in the basket's currency, when it has one. */
export function priceIn(product: ProductRow, currency: string): number | null {
  return product.currency === currency ? product.price : null;
}

/** Whether the basket can be saved as it stands. */
export function canSave(lines: readonly BasketLine[], extras: BasketExtras): boolean {
  const trip = extras.flight.trim() !== '';
  const departs = extras.departsAt !== '';
  return (
    lines.length > 0 &&
    lines.every((line) => line.unitPrice !== null && line.quantity > 0 && !discountTooBig(line)) &&
    trip === departs
  );
}

/** The mutation of a finished sale; empty members are left out, as the server rejects unknown ones by name. */
export function saleData(
  sale: { customerId: string | null; currency: string; lines: readonly BasketLine[]; extras: BasketExtras; coupons: readonly AppliedCoupon[] },
  occurredAt: Date,
): SaleData {
  const { extras } = sale;
  const note = extras.note.trim();
  const coupons = sale.coupons.filter(({ trouble }) => trouble === null).map(({ code }) => code);
  return {
    customer_id: sale.customerId,
    lines: withCoupons(sale.lines, sale.coupons).map((line) => ({
      sku: line.product.sku,
      quantity: line.quantity,
      amount: lineAmount(line),
      unit_price: line.unitPrice ?? 0,
      ...(line.discount > 0 ? { discount: line.discount } : {}),
    })),
    currency: sale.currency,
    ...(extras.points > 0 ? { points_redeemed: extras.points } : {}),
    ...(coupons.length === 0 ? {} : { coupons }),
    occurred_at: occurredAt.toISOString(),
    ...(extras.flight.trim() === '' || extras.departsAt === ''
      ? {}
      : { trip: { flight: extras.flight.trim().toUpperCase(), departs_at: new Date(extras.departsAt).toISOString() } }),
    ...(note === '' ? {} : { note }),
  };
}
