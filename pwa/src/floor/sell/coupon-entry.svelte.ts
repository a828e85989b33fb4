import { ApiProblem, api, call } from '$lib/api';
import type { Book, CouponRow } from '$lib/book';
import { m } from '$lib/i18n/paraglide/messages';
import type { Basket } from '../shared/basket.svelte';
import { couponOf, isCode, typedCode } from '../shared/coupons';

/** A code of a member with its coupon (GET /customers/ID/coupons, GET /coupons/codes/CODE). */
export interface HeldCoupon {
  code: string;
  customer_id: string | null;
  state: 'open' | 'used' | 'expired' | 'stopped';
  good_until: string | null;
  used_at: string | null;
  coupon: CouponRow;
}

/** Putting coupons into the basket. What the tablet knows counts at once; what the server says comes when it comes. */
export class CouponEntry {
  #problem = $state<string | null>(null);
  #hers = $state.raw<readonly HeldCoupon[]>([]);
  #of: string | null = null;
  readonly #book: Book;
  readonly #basket: Basket;

  constructor(book: Book, basket: Basket) {
    this.#book = book;
    this.#basket = basket;
  }

  /** Why the last code was not taken. */
  get problem(): string | null {
    return this.#problem;
  }

  /** The buyer's codes that are not in the basket yet; none without the server. */
  get hers(): readonly HeldCoupon[] {
    return this.#hers.filter(({ code, state }) => state === 'open' && !this.#basket.coupons.some((each) => each.code === code));
  }

  /** Of each coupon of the buyer's the code that ends first, and how many there are. */
  get picks(): readonly { held: HeldCoupon; count: number }[] {
    const ending = [...this.hers].sort((one, other) => (one.good_until ?? '9').localeCompare(other.good_until ?? '9') || one.code.localeCompare(other.code));
    const firsts = ending.filter(({ coupon }, place) => ending.findIndex((each) => each.coupon.id === coupon.id) === place);
    return firsts.map((held) => ({ held, count: ending.filter(({ coupon }) => coupon.id === held.coupon.id).length }));
  }

  /** Takes what was scanned or typed; whether it can be a coupon. */
  async add(text: string): Promise<boolean> {
    const code = typedCode(text);
    this.#problem = null;
    if (!isCode(code)) this.#problem = m.coupon_wrong_code();
    else if (this.#basket.coupons.some((each) => each.code === code)) this.#problem = m.coupon_there_already();
    if (this.#problem !== null) return false;
    this.#basket.addCoupon(code, couponOf(code, await this.#book.coupons().catch(() => [])));
    void this.#ask(code);
    return true;
  }

  /** Takes one of the buyer's. */
  pick(held: HeldCoupon): void {
    this.#problem = null;
    this.#basket.addCoupon(held.code, held.coupon);
    this.#basket.learnCoupon(held.code, { state: held.state, owner: held.customer_id, until: held.good_until });
  }

  forget(): void {
    this.#problem = null;
  }

  /** Asks for the coupons of whoever buys now. */
  async ofCustomer(id: string | null): Promise<void> {
    if (id === this.#of) return;
    this.#of = id;
    this.#hers = [];
    if (id === null) return;
    const path = { customer_id: id };
    const answer = await call(api.GET('/api/v1/customers/{customer_id}/coupons', { params: { path } })).catch(() => null);
    if (this.#of === id && answer !== null) this.#hers = (answer as { items: HeldCoupon[] }).items;
  }

  /** Nobody waits for this: whether it was used, and whose it is. */
  async #ask(code: string): Promise<void> {
    try {
      const told = (await call(api.GET('/api/v1/coupons/codes/{code}', { params: { path: { code } } }))) as HeldCoupon;
      this.#basket.learnCoupon(code, { state: told.state, owner: told.customer_id, until: told.good_until });
    } catch (problem) {
      if (problem instanceof ApiProblem && problem.status === 404) this.#basket.learnCoupon(code, { state: 'unknown', owner: null, until: null });
    }
  }
}
