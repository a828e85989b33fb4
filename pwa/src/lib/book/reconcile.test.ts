import { describe, expect, test } from 'vitest';
import type { Mutation } from '$lib/vault';
import vectors from '../../../../tests/contract/purchase_rhythm.json';
import { reconcile, subjectOf, type Surroundings } from './reconcile';
import { customer } from './testing/fake-server';
import type { CustomerRow } from './types';

const around: Surroundings = {
  store: (code) =>
    code === 'NY' ? { time_zone: 'America/New_York', business_unit: 'DS' } : { time_zone: 'Asia/Seoul', business_unit: 'DF' },
};
let seq = 0;
const mutation = (kind: string, data: unknown, id = `m${++seq}`): Mutation => ({ id, kind, data, seq: ++seq, staff: 'a', at: '2026-11-21T01:00:00Z' });
const sale = (occurred_at: string, more: object = {}) =>
  mutation('sale.log', { customer_id: 'c', lines: [{ sku: 'S1', quantity: 2, amount: 900 }], currency: 'KRW', occurred_at, ...more });
const show = (base: CustomerRow | null, ...pending: Mutation[]) => reconcile(base, pending, around);

describe('a sale', () => {
  test.each(vectors.cases)('purchases on $days', ({ days, gaps, cycle, until_the_server_answers }) => {
    const row = show(customer(), ...days.map((day) => sale(`${day}T03:00:00Z`)));
    expect([row?.purchase_gaps, row?.cycle_days, row?.last_purchase_on]).toEqual([gaps, until_the_server_answers ?? cycle, days.at(-1) ?? null]);
  });

  test('belongs to the day of the store where it happened', () => {
    expect(show(customer(), sale('2026-11-20T16:00:00Z'))?.last_purchase_on).toBe('2026-11-21');
    expect(show(customer(), sale('2026-11-20T03:00:00Z', { store: 'NY' }))?.last_purchase_on).toBe('2026-11-19');
  });

  test('becomes the last basket, of five lines at most', () => {
    const lines = Array.from({ length: 7 }, (_, i) => ({ sku: `S${i}`, quantity: 1, amount: i, discount: 5 }));
    const row = show(customer(), sale('2026-11-20T03:00:00Z', { lines, currency: 'USD' }));
    expect(row).toMatchObject({ last_currency: 'USD', pending: true });
    expect(row?.last_basket).toEqual([['S0', 1, 0], ['S1', 1, 1], ['S2', 1, 2], ['S3', 1, 3], ['S4', 1, 4]]);
  });

  test('entered late does not push out the one after it', () => {
    const base = customer({ last_purchase_on: '2026-11-20', purchase_gaps: [3] });
    expect(show(base, sale('2026-11-01T03:00:00Z'))).toEqual({ ...base, pending: true });
  });

  test('twice on one day is one purchase day', () => {
    const row = show(customer(), sale('2026-11-01T03:00:00Z'), sale('2026-11-20T03:00:00Z'), sale('2026-11-20T05:00:00Z'));
    expect(row?.purchase_gaps).toEqual([19]);
  });
});

describe('edits', () => {
  test('are laid over the row in the order of seq, and the row itself is not touched', () => {
    const base = Object.freeze(customer({ memo: null }));
    const edit = (to: string) => mutation('customer.edit', { customer_id: base.id, changes: { memo: { from: null, to } } });
    const [first, second] = [edit('하나'), edit('둘')];
    expect(show(base, second, first)?.memo).toBe('둘');
    expect(base.memo).toBeNull();
  });

  test('without any, the row is what the server says', () => {
    const base = customer();
    expect(show(base)).toEqual({ ...base, pending: false });
    expect(show(null)).toBeNull();
  });

  test('a registration shows until the server has the row, and never over it', () => {
    const register = mutation('customer.register', { name: '이가은', phone: '+821011112222' }, 'new');
    expect(show(null, register)).toMatchObject({ id: 'new', name: '이가은', points: 0, pending: true });
    expect(show(customer({ id: 'new', name: '이가온' }), register)?.name).toBe('이가온');
  });

  test('of somebody unknown show nothing', () => {
    expect(show(null, sale('2026-11-20T03:00:00Z'))).toBeNull();
  });
});

describe('consent', () => {
  const base = customer({ sms_senders: ['DF', 'DS'], night_senders: ['DF'] });
  const consent = (data: object) => mutation('consent.record', { customer_id: base.id, purpose: 'marketing', ...data });
  test.each<[string, object, string[], string[]]>([
    ['a refusal counts at once, for the own business unit', { channel: 'sms', granted: false }, ['DS'], []],
    ['a refusal on every channel counts for texts', { granted: false, sender: 'DS' }, ['DF'], ['DF']],
    ['a refusal of night texts leaves the day', { channel: 'sms', night: true, granted: false }, ['DF', 'DS'], []],
    ['a grant waits for the server', { channel: 'sms', granted: true, sender: 'HT' }, ['DF', 'DS'], ['DF']],
    ['another channel is another matter', { channel: 'call', granted: false }, ['DF', 'DS'], ['DF']],
    ['another purpose is another matter', { purpose: 'profiling', granted: false }, ['DF', 'DS'], ['DF']],
  ])('%s', (_why, data, sms_senders, night_senders) => {
    expect(show(base, consent(data))).toMatchObject({ sms_senders, night_senders });
  });
});

test('a mutation shows on the customer it concerns, or on none', () => {
  expect(subjectOf(mutation('customer.register', {}, 'x'))).toBe('x');
  expect(subjectOf(mutation('sale.log', { customer_id: null }))).toBeNull();
  expect(subjectOf(mutation('sale.log', { customer_id: 'c' }))).toBe('c');
  expect(subjectOf(mutation('note.add', { customer_id: 'c' }))).toBeNull();
  expect(subjectOf(mutation('sale.log', null))).toBeNull();
});
