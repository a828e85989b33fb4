import type { CouponRow } from '$lib/book';
import { describe, expect, test } from 'vitest';
import vectors from '../../../../tests/contract/coupons.json';
import { apply, isCode, looksLikeCode, spacedCode, spread, takenOff, together, troubleOf, typedCode, type Counter, type GivenCoupon } from './coupons';

const coupon: CouponRow = {
  id: 'c', number: '1000', name: '가을 감사', name_latin: null, kind: 'amount', value: 3000, currency: 'KRW', cap: null, least_spend: null,
  gift_sku: null, gift: null, audience: 'anyone', grade: null, category: null, stacks: true, exclusion_group: null, state: 'live',
  starts_on: '2026-11-01', ends_on: '2026-11-30', business_unit: null, store: null,
};
const at: Counter = { store: 'S1', businessUnit: 'U1', today: '2026-11-20', currency: 'KRW', customer: { id: 'kim', grade: 'gold' } };
const lines = [{ price: 20_000, category: 'skin' }, { price: 10_000, category: null }];
const given = (change: Partial<CouponRow> = {}, told?: GivenCoupon['told']): GivenCoupon => ({
  code: '1000123456789047', coupon: { ...coupon, ...change }, ...(told === undefined ? {} : { told }),
});

describe('as the server works it out', () => {
  test.each(vectors.codes)('a code is known by its check digits: $code', ({ code, good }) => {
    expect(isCode(code)).toBe(good);
  });
  test.each(vectors.spread)('$total is spread to the unit', ({ total, weights, parts }) => {
    expect(spread(total, weights)).toEqual(parts);
  });
  test.each(vectors.taken_off)('what a coupon takes off: %#', ({ coupon: terms, prices, categories, taken }) => {
    const priced = prices.map((price, place) => ({ price, category: categories[place] ?? null }));
    expect(takenOff(terms as CouponRow, priced)).toEqual(taken);
  });
  test.each(vectors.together)('which may be used together: %#', ({ coupons, together: may }) => {
    expect(together(coupons)).toBe(may);
  });
});

describe('at the counter', () => {
  test.each<[string | null, Partial<CouponRow>, Partial<Counter>, GivenCoupon['told']?]>([
    [null, {}, {}],
    ['expired', { ends_on: '2026-11-19' }, {}],
    [null, { ends_on: '2026-11-20' }, {}],
    ['not_begun', { starts_on: '2026-11-21' }, {}],
    ['stopped', { state: 'stopped' }, {}],
    ['other_place', { store: 'S2' }, {}],
    ['other_place', { business_unit: 'U2' }, {}],
    ['other_currency', {}, { currency: 'USD' }],
    ['too_little', { least_spend: 30_001 }, {}],
    ['too_little', { least_spend: 30_000, category: 'skin' }, {}],
    ['no_article', { category: 'food' }, {}],
    ['not_hers', { audience: 'grade', grade: 'vip' }, {}],
    [null, { audience: 'grade', grade: 'vip' }, {}, { state: 'open', owner: 'kim', until: null }],
    ['no_customer', { audience: 'person' }, { customer: null }],
    ['no_customer', { kind: 'multiplier' }, { customer: null }],
    ['used', {}, {}, { state: 'used', owner: null, until: null }],
    ['unknown', {}, {}, { state: 'unknown', owner: null, until: null }],
    ['not_hers', {}, {}, { state: 'open', owner: 'lee', until: null }],
    ['expired', {}, {}, { state: 'open', owner: null, until: '2026-11-19' }],
    [null, {}, {}, { state: 'open', owner: null, until: '2026-11-20' }],
  ])('%s', (trouble, change, counter, told) => {
    expect(troubleOf(given(change, told), lines, { ...at, ...counter })).toBe(trouble);
  });

  test('several take off one after the other, and those in whose way something is take nothing', () => {
    const basket = [given(), given({ kind: 'percent', value: 10 }), given({ store: 'S2' }), given({ stacks: false })];
    const found = apply(basket, lines, at);
    expect(found.map(({ trouble, total }) => [trouble, total])).toEqual([[null, 3000], [null, 2700], ['other_place', 0], ['not_together', 0]]);
    expect(found[0]?.parts).toEqual([2000, 1000]);
    expect(found[1]?.parts).toEqual([1800, 900]);
  });

  test('a coupon that this tablet has not heard of takes nothing off and is taken along', () => {
    expect(apply([{ code: '1', coupon: null }], lines, at)).toMatchObject([{ trouble: null, total: 0 }]);
  });

  test('people type blanks and hyphens', () => {
    expect(typedCode(' 1000 1234-5678 9047')).toBe('1000123456789047');
    expect(spacedCode('1000123456789047')).toBe('1000 1234 5678 9047');
    expect(looksLikeCode('8801234567890')).toBe(false);
  });
});
