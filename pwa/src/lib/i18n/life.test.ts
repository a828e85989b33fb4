import { expect, test } from 'vitest';
import { cityName, ZONES } from './cities';
import { countryName } from './countries';
import { tripWords } from './life';

const trip = { id: 't', flight: 'DG703', departs_at: '2026-11-24T05:20:00Z', zone: 'Asia/Seoul', from_airport: 'ICN', to_airport: 'NRT', note: null };

test('a trip is told on the clock of the city that it starts from, with its name', () => {
  expect(tripWords(trip, 'ko', '2026-11-20')).toBe('DG703 · 11.24 14:20 (서울) · ICN\u00a0→\u00a0NRT');
  expect(tripWords({ ...trip, flight: null, zone: 'Asia/Tokyo', from_airport: null }, 'ko', '2026-11-20')).toBe('11.24 14:20 (도쿄) · NRT');
});

test('a trip that starts after midnight there is not told by the day here', () => {
  expect(tripWords({ ...trip, departs_at: '2026-11-24T15:10:00Z' }, 'ko', '2026-11-20')).toContain('11.25 00:10');
});

test('a zone is never shown as its key', () => {
  for (const zone of [...ZONES, 'Asia/Ho_Chi_Minh', 'America/Argentina/Buenos_Aires', 'UTC']) expect(cityName(zone)).not.toMatch(/[/_]/);
});

test.each([['KR', '대한민국'], ['jp', '일본'], ['K', null], ['', null], ['1A', null]])('the country of %j is %j', (code, name) => {
  expect(countryName(code, 'ko')).toBe(name);
});
