import type { OutboxEntry } from '$lib/book';
import { flagWords } from '$lib/i18n/flags';
import { setLocale } from '$lib/i18n/paraglide/runtime';
import { beforeAll, describe, expect, test } from 'vitest';
import { adviceOn, needsLook, receiptWords } from './receipts';

const entry = (change: Partial<OutboxEntry>): OutboxEntry => ({
  id: 'm1', kind: 'sale.log', at: '2026-11-21T05:00:00Z', seq: 1, staff: 'associate', data: {}, state: 'waiting', ...change,
});

beforeAll(() => void setLocale('ko', { reload: false }));

describe('receipts in plain words', () => {
  test('what waits says so and needs nobody', () => {
    expect(receiptWords(entry({}))).toMatchObject({ title: '판매', state: '대기', tone: 'wait' });
    expect(needsLook(entry({}))).toBe(false);
  });

  test('a sale taken as it was is simply sent', () => {
    const sent = entry({ state: 'applied', result: { id: 'm1', status: 'applied', flags: [] } });
    expect(receiptWords(sent)).toMatchObject({ state: '전송됨', tone: 'good', sentences: [] });
    expect(needsLook(sent)).toBe(false);
  });

  test('a flag is a sentence, and someone should look', () => {
    const flagged = entry({ state: 'applied', result: { id: 'm1', status: 'applied', flags: ['price_differs'] } });
    expect(receiptWords(flagged)).toMatchObject({ tone: 'look', sentences: ['판 금액이 지금의 정가와 다릅니다.'] });
    expect(needsLook(flagged)).toBe(true);
  });

  test('a flag that nobody has worded yet never shows its code', () => {
    expect(flagWords('something_new')).not.toContain('something_new');
  });

  test('a conflict shows both values under the name of the field', () => {
    const result = {
      id: 'm1', status: 'conflict' as const,
      fields: { memo: { base: null, yours: '향 없는 제품', server: null }, points_total: { base: 1, yours: 2, server: 3 } },
    };
    const words = receiptWords(entry({ kind: 'customer.edit', state: 'conflict', result }));
    expect(words.differences).toEqual([
      { field: '메모', yours: '향 없는 제품', server: '(비어 있음)' },
      { field: '기타 항목', yours: '2', server: '3' },
    ]);
  });

  test("a rejection gives the server's sentence and says that the content is kept", () => {
    const result = { id: 'm1', status: 'rejected' as const, code: 'invalid', message: '금액을 읽을 수 없습니다.' };
    const refused = entry({ state: 'rejected', result });
    const words = receiptWords(refused);
    expect(words.tone).toBe('bad');
    expect(words.sentences).toContain('금액을 읽을 수 없습니다.');
    expect(adviceOn(refused).safe).toContain('이 태블릿에 남아 있고');
  });

  test('what was seen wants no second look', () => {
    const result = { id: 'm1', status: 'rejected' as const };
    expect(needsLook(entry({ state: 'rejected', result, seenAt: '2026-11-21T06:00:00Z' }))).toBe(false);
  });

  test('a flag says what the person at the tablet can do about it', () => {
    const skewed = entry({ state: 'applied', result: { id: 'm1', status: 'applied', flags: ['price_differs', 'clock_skew'] } });
    expect(adviceOn(skewed).todo).toContain('날짜와 시간');
  });
});
