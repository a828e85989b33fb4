import type { OutboxEntry } from '$lib/book';
import { expect, test } from 'vitest';
import { historyOf } from './history';
import { refundOf } from './returning.svelte';

const sale = (change: Partial<OutboxEntry> = {}): OutboxEntry => ({
  id: 's1', kind: 'sale.log', at: '2026-11-21T05:00:00Z', seq: 1, staff: 'associate', state: 'waiting',
  data: { customer_id: 'c1', currency: 'KRW', lines: [{ sku: 'A', quantity: 2, amount: 100 }] }, ...change,
});
const back = (change: Partial<OutboxEntry> = {}): OutboxEntry =>
  sale({ id: 'r1', kind: 'sale.return', seq: 2, data: { sale_id: 's1', lines: [{ line: 0, quantity: 1 }], reason: 'other' }, ...change });
const fetched = { id: 's1', total: 100, currency: 'KRW', occurred_at: '2026-11-21T05:00:00Z', store: 'GN', unit: '한빛면세점', unit_latin: null, flags: [] };

test('a sale made here shows before the server knows of it, and once afterwards', () => {
  expect(historyOf('c1', null, [sale()])).toMatchObject([{ id: 's1', total: 100, store: null }]);
  expect(historyOf('c1', [fetched], [sale({ state: 'applied' })])).toMatchObject([{ id: 's1', store: 'GN' }]);
});

test("another customer's sale and a refused one do not show", () => {
  expect(historyOf('c2', null, [sale()])).toEqual([]);
  expect(historyOf('c1', null, [sale({ state: 'rejected' })])).toEqual([]);
});

test('what came back shows on its sale, and that it waits', () => {
  expect(historyOf('c1', [fetched], [back()])).toMatchObject([{ returned: 1, returnWaits: true }]);
  expect(historyOf('c1', [fetched], [back({ state: 'applied' })])).toMatchObject([{ returned: 1, returnWaits: false }]);
  expect(historyOf('c1', [fetched], [back({ state: 'rejected' })])).toMatchObject([{ returned: 0 }]);
});

test.each([
  [100, 2, 1, 50],
  [100, 3, 1, 33],
  [100, 3, 3, 100],
  [100, 2, 0, 0],
])('of %i paid for %i pieces, %i coming back are worth %i', (amount, sold, taken, worth) => {
  expect(refundOf({ amount, sold, taken })).toBe(worth);
});
