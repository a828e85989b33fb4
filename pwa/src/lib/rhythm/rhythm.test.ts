import { describe, expect, test } from 'vitest';
import { rhythmOf } from './rhythm';
import { addDays, daysBetween } from './state';

const regular = { purchase_gaps: [21, 21, 21], last_purchase_on: '2026-11-01', cycle_days: 21 };

describe('rhythm of purchases', () => {
  test('a customer without purchases has neither dots nor an expected day', () => {
    const rhythm = rhythmOf({ purchase_gaps: [], last_purchase_on: null, cycle_days: null }, '2026-11-21');
    expect(rhythm).toMatchObject({ state: 'none', dots: [], expected: null, expectedOn: null, daysLate: null });
  });

  test('too few purchases show their dots and no expectation', () => {
    const rhythm = rhythmOf({ purchase_gaps: [14], last_purchase_on: '2026-11-01', cycle_days: null }, '2026-11-21');
    expect(rhythm.state).toBe('new');
    expect(rhythm.dots).toHaveLength(2);
    expect(rhythm.expected).toBeNull();
  });

  test.each([
    ['2026-11-10', 'active', -12, false],
    ['2026-11-18', 'active', -4, false],
    ['2026-11-19', 'active', -3, true],
    ['2026-11-22', 'due', 0, true],
    ['2026-12-05', 'due', 13, true],
    ['2026-12-06', 'late', 14, true],
    ['2027-01-03', 'lapsed', 42, true],
  ] as const)('on %s a three-week customer is %s', (today, state, late, near) => {
    expect(rhythmOf(regular, today)).toMatchObject({ state, daysLate: late, near, expectedOn: '2026-11-22', borrowed: false });
  });

  test('a cycle that ends in a half is expected half a day later, and told in whole days', () => {
    const rhythm = rhythmOf({ ...regular, cycle_days: 10.5 }, '2026-11-12');
    expect(rhythm).toMatchObject({ cycleDays: 11, expectedOn: '2026-11-12', daysLate: 0, state: 'due' });
  });

  test('who has too few purchases borrows the cycle of similar members', () => {
    const once = { purchase_gaps: [], last_purchase_on: '2026-11-01', cycle_days: null };
    expect(rhythmOf(once, '2026-12-02', 60)).toMatchObject({ state: 'due', cycleDays: 30, daysLate: 1, borrowed: true });
    expect(rhythmOf({ ...once, suspended: true }, '2026-12-02', 60)).toMatchObject({ state: 'new', cycleDays: null });
  });

  test('dots keep the order and the proportions of the gaps', () => {
    const { dots, expected, today } = rhythmOf({ ...regular, purchase_gaps: [10, 20, 30] }, '2026-11-10');
    expect(dots[0]).toBe(0);
    const [first = 0, second = 0, third = 0, fourth = 0] = dots;
    expect((third - second) / (second - first)).toBeCloseTo(2);
    expect((fourth - third) / (second - first)).toBeCloseTo(3);
    expect(expected).toBe(1);
    expect(today).toBeLessThan(1);
    expect(today).toBeGreaterThan(fourth);
  });

  test('a year of silence is shortened and everything stays between 0 and 1', () => {
    const rhythm = rhythmOf(regular, '2027-11-01');
    expect(rhythm.shortened).toBe(true);
    for (const position of [...rhythm.dots, rhythm.today, rhythm.expected ?? 0]) {
      expect(position).toBeGreaterThanOrEqual(0);
      expect(position).toBeLessThanOrEqual(1);
    }
  });

  test('a purchase dated tomorrow by another time zone counts as today', () => {
    expect(rhythmOf({ ...regular, last_purchase_on: '2026-11-22' }, '2026-11-21').daysSince).toBe(0);
  });

  test('days are counted over the change of the year and a leap day', () => {
    expect(daysBetween('2027-12-31', '2028-03-01')).toBe(61);
    expect(addDays('2028-02-28', 2)).toBe('2028-03-01');
  });
});
