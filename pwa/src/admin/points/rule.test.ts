import { describe, expect, it } from 'vitest';
import { conditionsOf, percentOf, rateOf, weekdayName, type EarningRule, type Names } from './rule';

const rule: EarningRule = {
  id: '1', name: '기본', kind: 'base', rate: 150, currency: 'KRW', cap: null, cap_month: null, valid_months: 24, business_unit: null, store: null,
  category: null, grade: null, card_issuer: null, weekdays: null, starts_on: '2026-01-01', ends_on: null, retired_at: null,
};
const names: Names = { unit: (code) => `unit ${code}`, store: (code) => `store ${code}`, grade: (code) => `grade ${code}`, number: String, day: String, language: 'en' };

describe('a rule of earning', () => {
  it('is typed in percent', () => {
    expect(['1', '0.5', '1,25', ' 100 '].map(rateOf)).toEqual([100, 50, 125, 10_000]);
    expect(['', '0', '101', '1.234', '-1', 'x'].map(rateOf)).toEqual([null, null, null, null, null, null]);
    expect(percentOf(150, 'en')).toBe('1.5%');
  });

  it('says for which sales it is', () => {
    expect(conditionsOf(rule, names)).toEqual([]);
    const narrow = { ...rule, business_unit: 'DF', category: 'food', weekdays: [0, 4] };
    expect(conditionsOf(narrow, names)).toEqual(['unit DF', 'food', 'Mon·Fri']);
    expect(weekdayName(6, 'ko')).toBe('일');
  });
});
