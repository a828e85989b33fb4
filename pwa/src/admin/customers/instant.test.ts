import { expect, test } from 'vitest';
import { instantAt } from './instant';

test.each([
  ['2026-11-24T14:20', 'Asia/Seoul', '2026-11-24T05:20:00.000Z'],
  ['2026-07-01T09:00', 'Europe/London', '2026-07-01T08:00:00.000Z'],
  ['2026-11-01T00:30', 'America/New_York', '2026-11-01T04:30:00.000Z'],
  ['2026-11-01T12:00', 'America/New_York', '2026-11-01T17:00:00.000Z'],
])('%s in %s', (local, zone, instant) => {
  expect(instantAt(local, zone)).toBe(instant);
});
