import type { CouponRow } from '$lib/book';

/**
 * What coupons are good for and what they take off, as the server works it out (backend/loyalty/coupons/rules.py);
 * tests/contract/coupons.json holds both sides to it. Money is whole minor units.
 */

const LENGTH = 16;
/** Length of a coupon's number, with which its codes begin. */
const NUMBER = 4;

/** Where and when a sale is, and to whom. Days are the store's business days, ISO. */
export interface Counter {
  readonly store: string;
  readonly businessUnit: string;
  readonly today: string;
  readonly currency: string;
  /** The buyer's grade; null for nobody known. */
  readonly customer: { id: string; grade: string | null } | null;
}

/** A line before anything is taken off it. */
export interface PricedLine {
  readonly price: number;
  readonly category: string | null;
}

/** A code that somebody gave, with what the copy knows of its coupon and what the server said of it. */
export interface GivenCoupon {
  readonly code: string;
  /** null when the copy has no such coupon (yet). */
  readonly coupon: CouponRow | null;
  /** What the server said, as soon as it did. */
  readonly told?: { readonly state: 'open' | 'used' | 'expired' | 'stopped' | 'unknown'; readonly owner: string | null; readonly until: string | null };
}

export type Trouble =
  | 'used' | 'unknown' | 'expired' | 'not_begun' | 'stopped' | 'not_hers' | 'no_customer' | 'other_place' | 'other_currency' | 'too_little' | 'no_article' | 'not_together';

/** A coupon of a basket: what is in its way, or what it takes off each line and in all. */
export interface AppliedCoupon extends GivenCoupon {
  readonly trouble: Trouble | null;
  readonly parts: readonly number[];
  readonly total: number;
}

/** The two digits behind a code's first fourteen: ISO 7064 MOD 97-10. */
export function checkDigits(body: string): string {
  return String(98n - ((BigInt(body) * 100n) % 97n)).padStart(2, '0');
}

export function isCode(text: string): boolean {
  return text.length === LENGTH && /^\d+$/.test(text) && checkDigits(text.slice(0, -2)) === text.slice(-2);
}

/** What somebody typed or scanned, without the blanks and hyphens that people put between digits. */
export function typedCode(text: string): string {
  return text.replace(/[\s-]/g, '');
}

/** Whether a scanner can only have read a coupon: no article's barcode has so many digits. */
export function looksLikeCode(text: string): boolean {
  return text.length === LENGTH && /^\d+$/.test(text);
}

/** `1000 1234 5678 9047` */
export function spacedCode(code: string): string {
  return code.replace(/(.{4})(?=.)/g, '$1 ');
}

export function couponOf(code: string, coupons: readonly CouponRow[]): CouponRow | null {
  return coupons.find(({ number }) => number === code.slice(0, NUMBER)) ?? null;
}

/** `total` in whole parts as the weights are to each other; what is left over goes to the largest remainders. */
export function spread(total: number, weights: readonly number[]): number[] {
  const all = weights.map(BigInt);
  const whole = all.reduce((sum, weight) => sum + weight, 0n);
  if (whole <= 0n) return weights.map(() => 0);
  const parts = all.map((weight) => Number((BigInt(total) * weight) / whole));
  const remainders = all.map((weight) => (BigInt(total) * weight) % whole);
  const order = weights.map((_, place) => place).sort((one, other) => {
    const difference = (remainders[other] ?? 0n) - (remainders[one] ?? 0n);
    return difference === 0n ? one - other : difference > 0n ? 1 : -1;
  });
  const left = total - parts.reduce((sum, part) => sum + part, 0);
  for (const place of order.slice(0, left)) parts[place] = (parts[place] ?? 0) + 1;
  return parts;
}

/** What a coupon takes off each line; nothing of a gift or of a multiplier of points. */
export function takenOff(coupon: Pick<CouponRow, 'kind' | 'value' | 'cap' | 'category'>, lines: readonly PricedLine[]): number[] {
  const fitting = lines.map(({ price, category }) => (coupon.category === null || coupon.category === category ? Math.max(price, 0) : 0));
  const whole = fitting.reduce((sum, price) => sum + price, 0);
  const value = coupon.value ?? 0;
  const wanted = coupon.kind === 'amount' ? value : coupon.kind === 'percent' ? Number((BigInt(whole) * BigInt(value)) / 100n) : 0;
  return spread(Math.min(wanted, coupon.cap ?? wanted, whole), fitting);
}

/** Whether these may be used with one sale. */
export function together(coupons: readonly Pick<CouponRow, 'stacks' | 'exclusion_group'>[]): boolean {
  const groups = coupons.flatMap(({ exclusion_group }) => exclusion_group ?? []);
  return coupons.length <= 1 || (coupons.every(({ stacks }) => stacks) && new Set(groups).size === groups.length);
}

/** What is in the way of a coupon at this counter for these lines; null when nothing is, as far as the tablet knows. */
export function troubleOf({ coupon, told }: GivenCoupon, lines: readonly PricedLine[], at: Counter): Trouble | null {
  if (told?.state === 'unknown' || told?.state === 'used' || told?.state === 'expired') return told.state;
  if (told !== undefined && told.owner !== null && told.owner !== at.customer?.id) return 'not_hers';
  if (at.today > (told?.until ?? at.today)) return 'expired';
  if (coupon === null) return null;
  if (coupon.state === 'stopped') return 'stopped';
  if (at.today < coupon.starts_on) return 'not_begun';
  if (coupon.ends_on !== null && at.today > coupon.ends_on) return 'expired';
  if ((coupon.store ?? at.store) !== at.store) return 'other_place';
  // Whoever belongs to no store does not know the unit; the server does.
  if (at.businessUnit !== '' && (coupon.business_unit ?? at.businessUnit) !== at.businessUnit) return 'other_place';
  return troubleOfBuyer(coupon, told, at) ?? troubleOfLines(coupon, lines, at);
}

function troubleOfBuyer(coupon: CouponRow, told: GivenCoupon['told'], at: Counter): Trouble | null {
  if ((coupon.audience !== 'anyone' || coupon.kind === 'multiplier') && at.customer === null) return 'no_customer';
  // A code that was issued to her is hers, whatever her grade is by now: only the server knows whose it is.
  const personal = told?.owner !== undefined && told.owner !== null;
  return coupon.audience === 'grade' && !personal && coupon.grade !== at.customer?.grade ? 'not_hers' : null;
}

function troubleOfLines(coupon: CouponRow, lines: readonly PricedLine[], at: Counter): Trouble | null {
  if (coupon.currency !== null && coupon.currency !== at.currency) return 'other_currency';
  const fitting = lines.filter(({ category }) => coupon.category === null || coupon.category === category);
  if (fitting.length === 0) return 'no_article';
  return fitting.reduce((sum, { price }) => sum + price, 0) < (coupon.least_spend ?? 0) ? 'too_little' : null;
}

/** The coupons of a basket one after the other: those that have to stay aside, and what the others take off. */
export function apply(given: readonly GivenCoupon[], lines: readonly PricedLine[], at: Counter): AppliedCoupon[] {
  let left = lines;
  const used: CouponRow[] = [];
  return given.map((each) => {
    const { coupon } = each;
    const alone = coupon === null || together([...used, coupon]);
    const trouble = troubleOf(each, lines, at) ?? (alone ? null : 'not_together');
    const parts = coupon === null || trouble !== null ? lines.map(() => 0) : takenOff(coupon, left);
    if (coupon !== null && trouble === null) used.push(coupon);
    left = left.map((line, place) => ({ ...line, price: line.price - (parts[place] ?? 0) }));
    return { ...each, trouble, parts, total: parts.reduce((sum, part) => sum + part, 0) };
  });
}
