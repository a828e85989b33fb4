import type { CouponRow, CustomerRow, ProductRow } from '$lib/book';
import { apply, type Counter, type GivenCoupon } from './coupons';
import {
  amountToPay, basketTotal, canSave, itemCount, priced, priceIn, saleData, withCoupons, type BasketExtras, type BasketLine, type SaleData,
} from './totals';

const noExtras: BasketExtras = { points: 0, flight: '', departsAt: '', note: '' };

/** Where the tablet sells and which day it is there. */
export type Place = Pick<Counter, 'store' | 'businessUnit' | 'today'>;

/** The sale being made. Lives as long as the page, so that looking something up elsewhere loses nothing. */
export class Basket {
  #customer = $state.raw<CustomerRow | null>(null);
  #lines = $state.raw<readonly BasketLine[]>([]);
  #currency = $state('KRW');
  #extras = $state.raw<BasketExtras>(noExtras);
  #given = $state.raw<readonly GivenCoupon[]>([]);
  #leftOut = $state.raw<readonly string[]>([]);
  readonly #storeCurrency: () => string;
  readonly #place: () => Place;

  /** `place` says where this tablet sells, and which business day it is there. */
  constructor(storeCurrency: () => string, place: () => Place) {
    this.#storeCurrency = storeCurrency;
    this.#place = place;
    this.#currency = storeCurrency();
  }

  readonly count = $derived(itemCount(this.#lines));
  /** The coupons that were given, with what each takes off or what is in its way. */
  readonly coupons = $derived.by(() => apply(this.#given, priced(this.#lines), this.#counter()));
  /** The lines with what coupons take off them. */
  readonly priced = $derived(withCoupons(this.#lines, this.coupons));
  readonly total = $derived(basketTotal(this.priced));
  readonly toPay = $derived(amountToPay(this.total, this.#extras.points, this.#currency));
  readonly savable = $derived(canSave(this.#lines, this.#extras));

  get customer(): CustomerRow | null {
    return this.#customer;
  }

  get lines(): readonly BasketLine[] {
    return this.#lines;
  }

  get currency(): string {
    return this.#currency;
  }

  get extras(): BasketExtras {
    return this.#extras;
  }

  /** Codes of what was wanted as last time and is sold no more. */
  get leftOut(): readonly string[] {
    return this.#leftOut;
  }

  get empty(): boolean {
    return this.#lines.length === 0;
  }

  sellTo(customer: CustomerRow | null): void {
    this.#customer = customer;
    if (this.empty) this.#currency = this.#storeCurrency();
  }

  add(product: ProductRow, quantity = 1): void {
    const at = this.#lines.findIndex((line) => line.product.sku === product.sku);
    if (at >= 0) {
      this.#change(at, (line) => ({ ...line, quantity: line.quantity + quantity }));
      return;
    }
    const line = { product, quantity, unitPrice: priceIn(product, this.#currency), discount: 0 };
    this.#lines = [...this.#lines, line];
  }

  /** Everything of the last purchase at today's prices. Products that are no longer sold are left out, and told. */
  addLast(customer: CustomerRow, products: ReadonlyMap<string, ProductRow>): void {
    this.#leftOut = customer.last_basket.map(([sku]) => sku).filter((sku) => !products.has(sku));
    for (const [sku, quantity] of customer.last_basket) {
      const product = products.get(sku);
      if (product !== undefined) this.add(product, Math.max(1, quantity));
    }
  }

  setQuantity(sku: string, quantity: number): void {
    if (quantity < 1) this.remove(sku);
    else this.#changeBySku(sku, (line) => ({ ...line, quantity: Math.min(quantity, 999) }));
  }

  setUnitPrice(sku: string, unitPrice: number | null): void {
    this.#changeBySku(sku, (line) => ({ ...line, unitPrice }));
  }

  setDiscount(sku: string, discount: number): void {
    this.#changeBySku(sku, (line) => ({ ...line, discount }));
  }

  remove(sku: string): void {
    this.#lines = this.#lines.filter((line) => line.product.sku !== sku);
  }

  setCurrency(currency: string): void {
    this.#currency = currency;
    this.#lines = this.#lines.map((line) => ({ ...line, unitPrice: priceIn(line.product, currency), discount: 0 }));
  }

  setExtras(extras: Partial<BasketExtras>): void {
    this.#extras = { ...this.#extras, ...extras };
  }

  /** Takes a coupon's code; a code that is there already stays once. */
  addCoupon(code: string, coupon: CouponRow | null): void {
    if (!this.#given.some((each) => each.code === code)) this.#given = [...this.#given, { code, coupon }];
  }

  removeCoupon(code: string): void {
    this.#given = this.#given.filter((each) => each.code !== code);
  }

  /** Notes what the server said of a code that was given. */
  learnCoupon(code: string, told: NonNullable<GivenCoupon['told']>): void {
    this.#given = this.#given.map((each) => (each.code === code ? { ...each, told } : each));
  }

  clear(): void {
    this.#lines = [];
    this.#given = [];
    this.#leftOut = [];
    this.#extras = noExtras;
    this.#customer = null;
    this.#currency = this.#storeCurrency();
  }

  sale(occurredAt: Date): SaleData {
    const customerId = this.#customer?.id ?? null;
    return saleData({ customerId, currency: this.#currency, lines: this.#lines, extras: this.#extras, coupons: this.coupons }, occurredAt);
  }

  #counter(): Counter {
    const customer = this.#customer;
    return { ...this.#place(), currency: this.#currency, customer: customer && { id: customer.id, grade: customer.grade } };
  }

  #changeBySku(sku: string, change: (line: BasketLine) => BasketLine): void {
    this.#change(this.#lines.findIndex((line) => line.product.sku === sku), change);
  }

  #change(at: number, change: (line: BasketLine) => BasketLine): void {
    this.#lines = this.#lines.map((line, index) => (index === at ? change(line) : line));
  }
}
