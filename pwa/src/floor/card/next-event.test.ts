import { expect, test } from 'vitest';
import { nextEvent, type LifeEvent } from './next-event';

const event = (day: string, yearly = true): LifeEvent => ({ id: day, kind: 'birthday', day, yearly, note: null });

test.each([
  ['today counts', ['1990-11-22'], '2026-11-22', '2026-11-22'],
  ['over the turn of the year', ['1990-01-03'], '2026-12-20', '2027-01-03'],
  ['the nearest one', ['1990-12-24', '1990-12-01'], '2026-11-22', '2026-12-01'],
  ['too far away', ['1990-07-01'], '2026-11-22', undefined],
  ['a leap day in a common year', ['1992-02-29'], '2027-02-20', '2027-02-28'],
])('%s', (_why, days, today, on) => {
  expect(nextEvent(days.map((day) => event(day)), today)?.on).toBe(on);
});

test('a day that does not come back is over once it is', () => {
  expect(nextEvent([event('2026-11-01', false)], '2026-11-22')).toBeNull();
});
