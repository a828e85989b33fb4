import type { CouponRow } from '$lib/book';
import type { Formatter } from '$lib/i18n/formatter';
import { m } from '$lib/i18n/paraglide/messages';
import type { Trouble } from './coupons';

/** What of a coupon is put into words, as the copy or the server tells it. */
export type Described = Pick<CouponRow, 'name' | 'name_latin' | 'kind' | 'value' | 'currency' | 'cap' | 'least_spend' | 'gift' | 'gift_sku' | 'category' | 'starts_on'>;

export function couponName({ name, name_latin }: Pick<CouponRow, 'name' | 'name_latin'>, language: string): string {
  return language === 'ko' ? name : (name_latin ?? name);
}

/** What it gives: `3,000원 할인`, `10% 할인 · 최대 5,000원`, `쿠키 증정`, `포인트 2배`. */
export function couponWorth(coupon: Described, format: Formatter): string {
  const money = (amount: number): string => format.money(amount, coupon.currency ?? 'KRW');
  const value = coupon.value ?? 0;
  const cap = coupon.cap === null ? [] : [m.coupon_worth_cap({ amount: money(coupon.cap) })];
  switch (coupon.kind) {
    case 'amount':
      return m.coupon_worth_amount({ amount: money(value) });
    case 'percent':
      return [m.coupon_worth_percent({ percent: format.number(value) }), ...cap].join(' · ');
    case 'gift':
      return m.coupon_worth_gift({ gift: coupon.gift ?? coupon.gift_sku ?? '' });
    case 'multiplier':
      return m.coupon_worth_multiplier({ times: format.number(value / 100) });
  }
}

/** What must be so: the least spend and the articles. */
export function couponTerms(coupon: Described, format: Formatter): string[] {
  const least = coupon.least_spend === null ? [] : [m.coupon_least({ amount: format.money(coupon.least_spend, coupon.currency ?? 'KRW') })];
  return [...(coupon.category === null ? [] : [coupon.category]), ...least];
}

const plain: Partial<Record<Trouble, () => string>> = {
  used: m.coupon_trouble_used, unknown: m.coupon_trouble_unknown, expired: m.coupon_trouble_expired, stopped: m.coupon_trouble_stopped,
  not_hers: m.coupon_trouble_not_hers, no_customer: m.coupon_trouble_no_customer, other_place: m.coupon_trouble_other_place,
  not_together: m.coupon_trouble_not_together,
};

/** What is in the way of a coupon, in one sentence. */
export function troubleWords(trouble: Trouble, coupon: Described | null, format: Formatter): string {
  const words = plain[trouble];
  if (words !== undefined || coupon === null) return (words ?? m.coupon_trouble_unknown)();
  const currency = coupon.currency ?? 'KRW';
  if (trouble === 'not_begun') return m.coupon_trouble_not_begun({ day: format.day(coupon.starts_on) });
  if (trouble === 'other_currency') return m.coupon_trouble_other_currency({ currency });
  if (trouble === 'no_article') return m.coupon_trouble_no_article({ category: coupon.category ?? '' });
  return m.coupon_trouble_too_little({ amount: format.money(coupon.least_spend ?? 0, currency) });
}
