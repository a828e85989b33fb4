import { expect, test } from 'vitest';
import { daysTo } from './notice';

test.each([
  ['2026-12-04T10:00:00Z', { late: false, days: 13 }],
  ['2026-11-21T12:00:00Z', { late: false, days: 1 }],
  ['2026-11-21T10:00:00Z', { late: false, days: 1 }],
  ['2026-11-21T09:59:00Z', { late: true, days: 1 }],
  ['2026-11-19T09:59:00Z', { late: true, days: 2 }],
])('a notice due at %s', (due, expected) => {
  expect(daysTo(due, new Date('2026-11-21T10:00:00Z'))).toEqual(expected);
});
