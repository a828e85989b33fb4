import type { ProductRow } from '$lib/book';
import { describe, expect, test } from 'vitest';
import type { AppliedCoupon } from './coupons';
import { amountToPay, basketTotal, canSave, itemCount, lineAmount, saleData, withCoupons, type BasketExtras, type BasketLine } from './totals';

const product: ProductRow = {
  id: 'p1', sku: 'SKU-1', barcode: null, name: '하늘담 수분크림', name_latin: null, brand: null, category: null,
  price: 89000, currency: 'KRW', business_unit: null,
};
const line = (change: Partial<BasketLine> = {}): BasketLine => ({ product, quantity: 1, unitPrice: 89000, discount: 0, ...change });
const extras = (change: Partial<BasketExtras> = {}): BasketExtras => ({
  points: 0, flight: '', departsAt: '', note: '', ...change,
});
const taking = (amount: number, trouble: AppliedCoupon['trouble'] = null): AppliedCoupon => ({
  code: trouble ?? '1000', coupon: null, trouble, parts: [amount], total: amount,
});
const at = new Date('2026-11-21T05:00:00Z');

describe('basket', () => {
  test('a line is its price times its quantity less its discount', () => {
    expect(lineAmount(line({ quantity: 3, discount: 7000 }))).toBe(260000);
  });

  test('a discount never makes a line negative, and the basket cannot be saved with it', () => {
    const odd = line({ discount: 100000 });
    expect(lineAmount(odd)).toBe(0);
    expect(canSave([odd], extras())).toBe(false);
  });

  test('the total and the count are over all lines', () => {
    const lines = [line({ quantity: 2 }), line({ unitPrice: 1000, quantity: 3 })];
    expect(basketTotal(lines)).toBe(181000);
    expect(itemCount(lines)).toBe(5);
  });

  test('coupons take off what is left to pay at most', () => {
    const lines = withCoupons([line({ discount: 80000 })], [taking(5000), taking(7000)]);
    expect(lines.map(({ discount }) => discount)).toEqual([89000]);
    expect(canSave(lines, extras())).toBe(true);
  });

  test('points pay won for won and nothing in other currencies', () => {
    expect(amountToPay(89000, 9000, 'KRW')).toBe(80000);
    expect(amountToPay(5000, 9000, 'KRW')).toBe(0);
    expect(amountToPay(8900, 9000, 'USD')).toBe(8900);
  });

  test('an empty basket, a missing price, and half a trip cannot be saved', () => {
    expect(canSave([], extras())).toBe(false);
    expect(canSave([line({ unitPrice: null })], extras())).toBe(false);
    expect(canSave([line()], extras({ flight: 'KE703' }))).toBe(false);
    expect(canSave([line()], extras({ departsAt: '2026-11-21T20:00' }))).toBe(false);
    expect(canSave([line()], extras())).toBe(true);
  });
});

describe('the sale that is recorded', () => {
  test('holds only what was filled in', () => {
    expect(saleData({ customerId: null, currency: 'KRW', lines: [line()], extras: extras(), coupons: [] }, at)).toEqual({
      customer_id: null,
      lines: [{ sku: 'SKU-1', quantity: 1, amount: 89000, unit_price: 89000 }],
      currency: 'KRW',
      occurred_at: '2026-11-21T05:00:00.000Z',
    });
  });

  test('carries points, the coupons that are good, trip and note', () => {
    const given = extras({ points: 5000, flight: 'ke703', departsAt: '2026-11-21T20:00', note: '선물' });
    const data = saleData({ customerId: 'c1', currency: 'KRW', lines: [line({ discount: 9000 })], extras: given, coupons: [taking(1000), taking(0, 'expired')] }, at);
    expect(data).toMatchObject({
      customer_id: 'c1', points_redeemed: 5000, coupons: ['1000'], note: '선물', trip: { flight: 'KE703' },
      lines: [{ amount: 79000, discount: 10000 }],
    });
    expect(data.trip?.departs_at).toMatch(/Z$/);
  });
});
