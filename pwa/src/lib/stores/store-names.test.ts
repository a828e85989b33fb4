import { expect, test } from 'vitest';
import { unitOf, withUnit } from './store-names.svelte';

test.each([
  ['강남점', '하늘면세점', '하늘면세점 · 강남점'],
  ['하늘면세점 강남점', '하늘면세점', '하늘면세점 강남점'],
  ['강남점', '', '강남점'],
])('%j of %j is said %j', (store, unit, said) => {
  expect(withUnit(store, unit)).toBe(said);
});

test('a unit without a Latin name keeps its own in English', () => {
  expect(unitOf({ unit: '새벽오븐', unit_latin: 'Dawn Oven' }, 'en')).toBe('Dawn Oven');
  expect(unitOf({ unit: '새벽오븐', unit_latin: null }, 'en')).toBe('새벽오븐');
  expect(unitOf({ unit: null, unit_latin: null }, 'ko')).toBe('');
});
