import { expect, test } from 'vitest';
import { amountOf, microsOf, price } from './prices';

test.each([
  ['9.9', 9_900_000],
  ['0,0494', 49_400],
  ['30', 30_000_000],
  ['', null],
  ['-1', null],
  ['1e3', null],
  ['0.0000001', null],
])('%s is %s millionths', (typed, micros) => {
  expect(microsOf(typed)).toBe(micros);
});

test('amounts come back as they were typed, and small ones keep their digits', () => {
  expect(amountOf(9_900_000)).toBe('9.9');
  expect(price(49_400, 'USD', 'en')).toBe('$0.0494');
  expect(price(9_900_000_000, 'KRW', 'ko')).toBe('₩9,900');
  expect(price(null, 'KRW', 'ko')).toBe('–');
});
