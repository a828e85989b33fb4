import { describe, expect, test } from 'vitest';
import { businessDay, formatDay, formatMoment, relativeDay } from './dates';
import { formatMoney, moneyToField, parseMoney } from './money';
import { formatPhone, maskPhone, readPhone } from './phones';

describe('money', () => {
  test.each([
    [89000, 'KRW', 'ko', '89,000원'],
    [89000, 'KRW', 'en', '₩89,000'],
    [12345, 'USD', 'en', '$123.45'],
    [12345, 'JPY', 'en', '¥12,345'],
    [-5000, 'KRW', 'ko', '-5,000원'],
  ])('%i minor units of %s in %s read %s', (minor, currency, locale, text) => {
    expect(formatMoney(minor, currency, locale)).toBe(text);
  });

  test('an unknown currency keeps its code instead of failing', () => {
    expect(formatMoney(1250, 'X?', 'ko')).toContain('X?');
  });

  test.each([
    ['89,000', 'KRW', 89000],
    ['₩ 89,000원', 'KRW', 89000],
    ['12.5', 'USD', 1250],
    ['12.345', 'USD', null],
    ['1.5', 'KRW', null],
    ['-3', 'KRW', null],
    ['abc', 'KRW', null],
    ['', 'KRW', null],
  ])('%s typed in %s is %s', (text, currency, minor) => {
    expect(parseMoney(text, currency)).toBe(minor);
  });

  test('what a field shows is read back as the same amount', () => {
    for (const currency of ['KRW', 'USD', 'JPY']) expect(parseMoney(moneyToField(1234567, currency), currency)).toBe(1234567);
  });
});

describe('phones', () => {
  test('a Korean number is written and masked as Koreans write it', () => {
    expect(formatPhone('+821012344821')).toBe('010-1234-4821');
    expect(maskPhone('+821012344821')).toBe('010-••••-4821');
    expect(maskPhone('+82234001234')).toBe('02-••••-1234');
  });

  test('a masked foreign number shows only its country and the last four digits', () => {
    expect(maskPhone('+819012344821')).toBe('+81 ••••4821');
  });

  test.each([
    ['010-1234-4821', '+821012344821'],
    ['+81 90 1234 4821', '+819012344821'],
    ['4821', null],
    ['김민지', null],
  ])('%s is read as %s', (typed, e164) => {
    expect(readPhone(typed)).toBe(e164);
  });
});

describe('days and times', () => {
  test("the business day is the store's, not the server's", () => {
    expect(businessDay(new Date('2026-11-21T16:30:00Z'), 'Asia/Seoul')).toBe('2026-11-22');
  });

  test('up to a week away a day is said in words, farther as a date', () => {
    expect(relativeDay('2026-11-20', 'ko', '2026-11-21')).toBe('어제');
    expect(relativeDay('2026-11-18', 'en', '2026-11-21')).toBe('3 days ago');
    expect(relativeDay('2026-10-01', 'ko', '2026-11-21')).toBe('10.1');
    expect(formatDay('2025-10-01', 'ko', '2026-11-21')).toBe('2025.10.1');
    expect(formatDay('2026-11-19', 'en', '2026-11-21')).toBe('19 Nov');
  });

  test('a moment today is only its time', () => {
    const now = new Date('2026-11-21T06:00:00Z');
    expect(formatMoment('2026-11-21T05:02:00Z', 'ko', now, 'Asia/Seoul')).toBe('14:02');
    expect(formatMoment('2026-11-20T05:02:00Z', 'ko', now, 'Asia/Seoul')).toBe('어제 14:02');
  });
});
