import type { CouponRow } from '$lib/book';
import type { Formatter } from '$lib/i18n/formatter';
import { m } from '$lib/i18n/paraglide/messages';
import type { Trouble } from './coupons';

const plain: Partial<Record<Trouble, () => string>> = {
  used: m.coupon_trouble_used, unknown: m.coupon_trouble_unknown, expired: m.coupon_trouble_expired, stopped: m.coupon_trouble_stopped,
  not_hers: m.coupon_trouble_not_hers, no_customer: m.coupon_trouble_no_customer, other_place: m.coupon_trouble_other_place,
  not_together: m.coupon_trouble_not_together,
};

/** What is in the way of a coupon, in one sentence. */
export function troubleWords(trouble: Trouble, coupon: CouponRow | null, format: Formatter): string {
  const words = plain[trouble];
  if (words !== undefined || coupon === null) return (words ?? m.coupon_trouble_unknown)();
  const currency = coupon.currency ?? 'KRW';
  if (trouble === 'not_begun') return m.coupon_trouble_not_begun({ day: format.day(coupon.starts_on) });
  if (trouble === 'other_currency') return m.coupon_trouble_other_currency({ currency });
  if (trouble === 'no_article') return m.coupon_trouble_no_article({ category: coupon.category ?? '' });
  return m.coupon_trouble_too_little({ amount: format.money(coupon.least_spend ?? 0, currency) });
}
