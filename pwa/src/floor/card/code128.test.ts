import { describe, expect, test } from 'vitest';
import { barsOf, symbolsOf } from './code128';

/** Ones and zeros as they are printed. */
function modules(digits: string): string {
  const { bars, width } = barsOf(digits);
  return Array.from({ length: width }, (_, x) => (bars.some((bar) => x >= bar.x && x < bar.x + bar.width) ? '1' : '0')).join('');
}

describe('a barcode', () => {
  test('has start, pairs of digits, check symbol and stop', () => {
    // 105 + 1 × 12 + 2 × 34 = 185; less 103 there are 82.
    expect(symbolsOf('1234')).toEqual([105, 12, 34, 82, 106]);
  });

  test('is the known pattern', () => {
    expect(modules('1234')).toBe('11010011100' + '10110011100' + '10001011000' + '10010011110' + '1100011101011');
    expect(modules('00')).toBe('11010011100' + '11011001100' + '11001100110' + '1100011101011');
  });

  test('takes eleven modules a symbol with an even share of black, whatever the digits', () => {
    const seen = new Set<string>();
    for (let pair = 0; pair < 100; pair++) {
      const drawn = modules(String(pair).padStart(2, '0')).slice(11, 22);
      expect(drawn).toMatch(/^1.*0$/);
      expect([...drawn].filter((module) => module === '1').length % 2).toBe(0);
      seen.add(drawn);
    }
    expect(seen.size).toBe(100);
    expect(barsOf('1000123456789047').width).toBe(11 * 10 + 13);
  });

  test('is of digits in pairs', () => {
    expect(() => barsOf('123')).toThrow(RangeError);
    expect(() => barsOf('12a4')).toThrow(RangeError);
  });
});
