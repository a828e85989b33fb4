import { expect, test } from 'vitest';
import { callHindrance } from './calling';

const may = { may_call: true, call_reason: null };

test.each([
  ['2026-11-20T22:59:00Z', 'night'],
  ['2026-11-20T23:00:00Z', null],
  ['2026-11-21T11:59:00Z', null],
  ['2026-11-21T12:00:00Z', 'night'],
  ['2026-11-20T15:00:00Z', 'night'],
])('at %s a store in Seoul: %s', (now, hindrance) => {
  expect(callHindrance(may, 'Asia/Seoul', new Date(now))).toBe(hindrance);
});

test('whoever may not be called is not called by day either', () => {
  expect(callHindrance({ may_call: false, call_reason: 'refused' }, 'Asia/Seoul', new Date('2026-11-21T03:00:00Z'))).toBe('refused');
});
