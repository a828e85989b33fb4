import { describe, expect, it } from 'vitest';
import { goOut, mayReverse, type Transfer } from './partner';

describe('a transfer to a partner', () => {
  it('takes no more than what the partner is told of is worth', () => {
    expect(goOut(1_000, { theirs: 3, ours: 2 })).toEqual({ ours: 1_000, theirs: 1_500 });
    expect(goOut(19, { theirs: 1, ours: 10 })).toEqual({ ours: 10, theirs: 1 });
    expect(goOut(9, { theirs: 1, ours: 10 })).toEqual({ ours: 0, theirs: 0 });
  });

  it('is taken back until the partner has heard of it', () => {
    const transfer: Transfer = {
      id: '1', partner: 'SKY', partner_name: '하늘항공', partner_name_latin: null, direction: 'out', reference: '1', customer_id: '2', account: 'S',
      theirs: 3, ours: 2, state: 'asked', reason: null, happened_on: '2026-11-20', asked_at: '', collected_at: null, decided_at: null,
    };
    expect([mayReverse(transfer, 'manager'), mayReverse({ ...transfer, collected_at: 'now' }, 'admin')]).toEqual([true, false]);
    const came = { ...transfer, direction: 'in', state: 'done' };
    expect([mayReverse(came, 'manager'), mayReverse(came, 'admin')]).toEqual([false, true]);
    expect(mayReverse({ ...came, customer_id: null }, 'admin')).toBe(false);
  });
});
