import type { OutboxEntry, ProgrammeRow } from '$lib/book';
import { describe, expect, test } from 'vitest';
import { allowanceOf, exceeds, unsentPoints } from './points';

const kim = { id: 'kim', points: 20_000 };
const limits: ProgrammeRow = { id: 'one', offline_per_sale: 8000, offline_per_member: 10_000, offline_per_lease: 15_000 };

function sold(customer: string | null, points: number | undefined, state: OutboxEntry['state'] = 'waiting'): OutboxEntry {
  const data = { customer_id: customer, ...(points === undefined ? {} : { points_redeemed: points }) };
  return { id: `${customer} ${points}`, kind: 'sale.log', at: '', seq: 1, staff: 's', data, state };
}

describe('points without the server', () => {
  test('only what waits counts as unsent', () => {
    const outbox = [
      sold('kim', 3000), sold('kim', 500, 'sending'), sold('kim', 900, 'applied'), sold('lee', undefined), sold(null, 5),
      { ...sold('lee', 7), kind: 'sale.return' },
    ];
    expect([...unsentPoints(outbox)]).toEqual([['kim', 3500]]);
  });

  test('while the server is reached, it checks the balance', () => {
    expect(allowanceOf(kim, [sold('kim', 3000)], limits, true)).toEqual({ balance: 17_000, most: null, because: null });
    expect(exceeds(allowanceOf(kim, [], limits, true), 1_000_000)).toBe(false);
    expect(exceeds(null, 1)).toBe(false);
  });

  test.each([
    ['the limit of a sale', [], limits, 8000, 'sale'],
    ['what is left for the member', [sold('kim', 6000)], limits, 4000, 'member'],
    ['what is left of all', [sold('lee', 9000)], limits, 6000, 'lease'],
    ['her balance', [sold('kim', 19_500)], { ...limits, offline_per_member: null, offline_per_lease: null }, 500, 'balance'],
    ['nothing when she has spent more', [sold('kim', 30_000)], null, 0, 'balance'],
    ['nothing when the house says so', [], { ...limits, offline_per_sale: 0 }, 0, 'sale'],
    ['her balance before the limits are known', [], null, 20_000, 'balance'],
  ] as const)('without it: %s', (_name, outbox, programme, most, because) => {
    const allowance = allowanceOf(kim, outbox, programme, false);
    expect(allowance).toMatchObject({ most, because });
    expect([exceeds(allowance, most), exceeds(allowance, most + 1)]).toEqual([false, true]);
  });
});
