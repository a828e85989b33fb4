import type { SyncState } from '$lib/book';
import { setLocale } from '$lib/i18n/paraglide/runtime';
import { beforeAll, expect, test } from 'vitest';
import { warningsOf } from './warnings';

const NOW = Date.parse('2026-11-21T05:00:00Z');
const well: Pick<SyncState, 'revoked' | 'storage' | 'evicted' | 'clockOff'> = {
  revoked: false, storage: { persisted: true, quota: 'ok' }, evicted: false, clockOff: null,
};
const format = { moment: (moment: string) => moment.slice(11, 16) };
const keys = (sync: Partial<typeof well>, leaseEnds: string | null = null): string[] =>
  warningsOf({ ...well, ...sync }, { leaseEnds }, NOW, format).map(({ key }) => key);

beforeAll(() => void setLocale('ko', { reload: false }));

test('a tablet that is well warns of nothing', () => {
  expect(keys({})).toEqual([]);
  expect(keys({ storage: { persisted: null, quota: 'ok' } })).toEqual([]);
});

test('a clock that is off says which way, and by how much', () => {
  const [fast] = warningsOf({ ...well, clockOff: 7 * 60_000 }, { leaseEnds: null }, NOW, format);
  const [slow] = warningsOf({ ...well, clockOff: -24 * 3_600_000 }, { leaseEnds: null }, NOW, format);
  expect(fast?.happened).toContain('7분 빠릅니다');
  expect(slow?.happened).toContain('1440분 느립니다');
});

test('the lease is spoken of in its last twelve hours only', () => {
  expect(keys({}, '2026-11-21T17:00:01Z')).toEqual([]);
  expect(keys({}, '2026-11-21T16:59:00Z')).toEqual(['lease']);
});

test('the most pressing comes first', () => {
  const all = keys({ revoked: true, storage: { persisted: false, quota: 'full' }, evicted: true, clockOff: 600_000 });
  expect(all).toEqual(['revoked', 'full', 'clock', 'evicted', 'persist']);
});
