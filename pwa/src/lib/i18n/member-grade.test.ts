import { describe, expect, it } from 'vitest';
import { missingWords, progressOf } from './member-grade';

const format = { money: (minor: number, currency: string) => `${currency} ${minor}`, number: String };

describe('what is missing to a grade', () => {
  it('names only what is missing', () => {
    const words = missingWords({ spend: 320_000, visits: 0, units: null }, 'KRW', format);
    expect(words).toContain('KRW 320000');
    expect(words).not.toContain('·');
    expect(missingWords({ spend: 0, visits: 0, units: 0 }, 'KRW', format)).toBe('');
  });

  it('is as far as what is furthest away, and whole only when nothing is missing', () => {
    expect(progressOf({ spend: 100, visits: 4, units: null }, { spend: 50, visits: 3, units: null })).toBe(0.25);
    expect(progressOf({ spend: 100, visits: 4, units: null }, { spend: 0, visits: 0, units: null })).toBe(1);
    expect(progressOf({ spend: null, visits: null, units: null }, { spend: null, visits: null, units: null })).toBe(1);
  });
});
