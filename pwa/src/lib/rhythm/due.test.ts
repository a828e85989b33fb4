import { describe, expect, test } from 'vitest';
import { byLateness, dueOf, type Due } from './due';

const own = { purchase_gaps: [30, 30, 30], points: 0 };
const monthly = { ...own, last_purchase_on: '2026-10-22', cycle_days: 30 };

describe('who is due', () => {
  test.each([
    ['2026-11-13', null],
    ['2026-11-14', { group: 'soon', daysLate: -7 }],
    ['2026-11-21', { group: 'soon', daysLate: 0 }],
    ['2026-11-22', { group: 'late', daysLate: 1, quarters: 0 }],
    ['2026-11-29', { group: 'late', daysLate: 8, quarters: 1 }],
    ['2027-01-19', { group: 'late', daysLate: 59, quarters: 7 }],
    ['2027-01-20', null],
    ['2027-11-21', null],
  ] as const)('on %s somebody expected on 21 November is %j', (today, expected) => {
    const due = dueOf(monthly, today);
    if (expected === null) expect(due).toBeNull();
    else expect(due).toMatchObject(expected);
  });

  test('without purchases or without a cycle nobody is due', () => {
    expect(dueOf({ ...monthly, last_purchase_on: null }, '2026-11-21')).toBeNull();
    expect(dueOf({ ...monthly, cycle_days: null }, '2026-11-21')).toBeNull();
    expect(dueOf({ ...monthly, cycle_days: 0 }, '2026-11-21')).toBeNull();
  });

  test('the cycle of similar members is borrowed by who has none, and by nobody whose data is suspended', () => {
    const once = { ...monthly, purchase_gaps: [], cycle_days: null };
    expect(dueOf(once, '2026-11-22', 60)).toMatchObject({ group: 'late', daysLate: 1, borrowed: true });
    expect(dueOf(monthly, '2026-11-22', 20)).toMatchObject({ daysLate: 1, borrowed: false });
    expect(dueOf({ ...once, suspended: true }, '2026-11-22', 60)).toBeNull();
  });
});

describe('the order of the list', () => {
  const order = (people: Record<string, Due | null>): string[] =>
    Object.entries(people)
      .filter((entry): entry is [string, Due] => entry[1] !== null)
      .sort(([, one], [, other]) => byLateness(one, other))
      .map(([name]) => name);

  test('counts lateness by the own cycle, not in days', () => {
    const weekly = dueOf({ ...own, last_purchase_on: '2026-11-07', cycle_days: 7 }, '2026-11-21');
    const quarterly = dueOf({ ...own, last_purchase_on: '2026-08-13', cycle_days: 90 }, '2026-11-21');
    expect(order({ quarterly, weekly })).toEqual(['weekly', 'quarterly']);
  });

  test('sets who has more points before others who are as late', () => {
    const today = '2026-12-01';
    const poor = dueOf({ ...monthly, points: 10 }, today);
    const rich = dueOf({ ...monthly, points: 48_200, last_purchase_on: '2026-10-23' }, today);
    expect(order({ poor, rich })).toEqual(['rich', 'poor']);
  });

  test('sets an own cycle before a borrowed one among who are as late', () => {
    const borrowed = dueOf({ ...monthly, cycle_days: null, points: 90_000 }, '2026-12-01', 60);
    const known = dueOf(monthly, '2026-12-01');
    expect(order({ borrowed, known })).toEqual(['known', 'borrowed']);
  });

  test('puts the late before the expected, and the expected by their day', () => {
    const today = '2026-11-21';
    const late = dueOf({ ...monthly, last_purchase_on: '2026-10-21' }, today);
    const tomorrow = dueOf({ ...monthly, last_purchase_on: '2026-10-23' }, today);
    const inSixDays = dueOf({ ...monthly, last_purchase_on: '2026-10-28', points: 90_000 }, today);
    expect(order({ inSixDays, tomorrow, late })).toEqual(['late', 'tomorrow', 'inSixDays']);
  });
});
