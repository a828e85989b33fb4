import { describe, expect, it } from 'vitest';
import type { WordingRow } from '$lib/book';
import { askedConsents, consentData, isUnder14, wordsIn } from './consents';

function wording(version: string, given: Partial<WordingRow> = {}): WordingRow {
  return {
    id: version, version, purpose: 'privacy', channel: null, night: false, recipient: null, state: 'published',
    text_ko: '한국어', text_en: 'English', text_zh: null, text_ja: '日本語', ...given,
  };
}

describe('what is asked', () => {
  it('puts the required first, texts before calls and the day before the night', () => {
    const asked = askedConsents([
      wording('call', { purpose: 'marketing', channel: 'call' }),
      wording('night', { purpose: 'marketing', channel: 'sms', night: true }),
      wording('profiling', { purpose: 'profiling' }),
      wording('day', { purpose: 'marketing', channel: 'sms' }),
      wording('privacy'),
    ]);
    expect(asked.map(({ version }) => version)).toEqual(['privacy', 'day', 'night', 'call', 'profiling']);
    expect(asked.filter(({ required }) => required).map(({ version }) => version)).toEqual(['privacy']);
  });

  it('shows the customer her language, and English where it is missing', () => {
    const [asked] = askedConsents([wording('privacy')]);
    if (asked === undefined) throw new Error('nothing is asked');
    expect(wordsIn(asked, 'ja')).toEqual({ text: '日本語', language: 'ja' });
    expect(wordsIn(asked, 'zh')).toEqual({ text: 'English', language: 'en' });
  });

  it('records what was shown and how it was answered', () => {
    const [asked] = askedConsents([wording('v1', { purpose: 'marketing', channel: 'sms', night: true })]);
    if (asked === undefined) throw new Error('nothing is asked');
    const signature = { width: 600, height: 200, path: 'M1 2l3 4' };
    const at = new Date('2026-11-20T01:00:00Z');
    expect(consentData(asked, true, at, { language: 'zh', signature, guardian: null })).toEqual({
      purpose: 'marketing', channel: 'sms', night: true, granted: true, language: 'en', wording_version: 'v1',
      occurred_at: '2026-11-20T01:00:00.000Z', evidence: { method: 'signature', signature },
    });
  });
});

describe('under fourteen', () => {
  it.each([
    ['', '2026-11-20', false],
    ['2012-11-20', '2026-11-20', false],
    ['2012-11-21', '2026-11-20', true],
    ['1990-03-02', '2026-11-20', false],
    ['2012-02-29', '2026-02-28', true],
    ['2012-02-29', '2026-03-01', false],
  ])('%s on %s: %s', (born, today, expected) => {
    expect(isUnder14(born, today)).toBe(expected);
  });
});
