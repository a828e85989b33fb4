import type { Formatter } from './formatter';
import { m } from './paraglide/messages';

/** What of a coupon is put into words. Money is in minor units of `currency`. */
export interface DescribedCoupon {
  name: string;
  name_latin: string | null;
  kind: string;
  value: number | null;
  currency: string | null;
  cap: number | null;
  least_spend: number | null;
  gift: string | null;
  gift_sku: string | null;
  category: string | null;
}

export function couponName({ name, name_latin }: Pick<DescribedCoupon, 'name' | 'name_latin'>, language: string): string {
  return language === 'ko' ? name : (name_latin ?? name);
}

/** What it gives: `3,000원 할인`, `10% 할인 · 최대 5,000원`, `쿠키 증정`, `포인트 2배`. */
export function couponWorth(coupon: DescribedCoupon, format: Formatter): string {
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
    default:
      return m.coupon_worth_multiplier({ times: format.number(value / 100) });
  }
}

/** What must be so: the least spend and the articles. */
export function couponTerms(coupon: DescribedCoupon, format: Formatter): string[] {
  const least = coupon.least_spend === null ? [] : [m.coupon_least({ amount: format.money(coupon.least_spend, coupon.currency ?? 'KRW') })];
  return [...(coupon.category === null ? [] : [coupon.category]), ...least];
}
