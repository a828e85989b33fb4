import type { WordingRow } from '$lib/book';
import { m } from '$lib/i18n/paraglide/messages';
import { consentName } from '$lib/i18n/words';

export type ConsentLanguage = 'ko' | 'en' | 'zh' | 'ja';

/** A wording as it is put to a customer: what it is about and whether membership rests on it. */
export interface AskedConsent {
  readonly version: string;
  readonly purpose: string;
  readonly channel: string | null;
  readonly night: boolean;
  readonly recipient: string | null;
  readonly required: boolean;
  readonly words: WordingRow;
}

/** A signature drawn with a finger: an SVG path in a box. */
export interface Signature {
  width: number;
  height: number;
  path: string;
}

export interface Guardian {
  name: string;
  relation: string;
  phone: string;
  verified: string;
}

const order = ['privacy', 'marketing', 'profiling', 'third_party', 'abroad', 'sensitive', 'unique_identifier'];
const channels = ['sms', 'push', 'call'];

/** The wordings in the order in which they are asked: what is required first, the day before the night. */
export function askedConsents(wordings: readonly WordingRow[], purposes: readonly string[] = order): AskedConsent[] {
  return (wordings.length === 0 ? standardWordings() : wordings)
    .filter(({ purpose }) => purposes.includes(purpose))
    .map((words) => ({
      version: words.version, purpose: words.purpose, channel: words.channel, night: words.night,
      recipient: words.recipient, required: words.purpose === 'privacy', words,
    }))
    .sort((one, other) => place(one) - place(other));
}

/** What the register form asks; the rest is asked when it is needed. */
export const askedAtRegistration = ['privacy', 'marketing', 'profiling'];

function place({ purpose, channel, night }: AskedConsent): number {
  return order.indexOf(purpose) * 100 + (channel === null ? 0 : channels.indexOf(channel) * 10) + (night ? 1 : 0);
}

export function nameOf(consent: AskedConsent): string {
  const name = consentName(consent);
  return consent.recipient === null ? name : m.permission_recipient({ purpose: name, recipient: consent.recipient });
}

/** The words in the customer's language, and the language that they are in: English where hers is missing. */
export function wordsIn({ words }: AskedConsent, language: ConsentLanguage): { text: string; language: ConsentLanguage } {
  const own = { ko: words.text_ko, en: words.text_en, zh: words.text_zh, ja: words.text_ja }[language];
  return own === null ? { text: words.text_en, language: 'en' } : { text: own, language };
}

/** How a customer gave her answer: shown in which language, signed or ticked, with whose guardian. */
export interface Manner {
  language: ConsentLanguage;
  signature: Signature | null;
  guardian: Guardian | null;
}

/** The members of `consent.record` without the customer. */
export function consentData(consent: AskedConsent, granted: boolean, occurredAt: Date, manner: Manner): Record<string, unknown> {
  const { signature, guardian } = manner;
  return {
    purpose: consent.purpose,
    ...(consent.channel === null ? {} : { channel: consent.channel }),
    ...(consent.recipient === null ? {} : { recipient: consent.recipient }),
    ...(consent.night ? { night: true } : {}),
    granted,
    language: wordsIn(consent, manner.language).language,
    wording_version: consent.version,
    occurred_at: occurredAt.toISOString(),
    evidence: {
      method: signature === null ? 'tick' : 'signature',
      ...(signature === null ? {} : { signature }),
      ...(guardian === null ? {} : { guardian }),
    },
  };
}

/** The day of the fourteenth birthday has not come, on a day at the store. */
export function isUnder14(birthDate: string, today: string): boolean {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(birthDate)) return false;
  return `${String(Number(birthDate.slice(0, 4)) + 14).padStart(4, '0')}${birthDate.slice(4)}` > today;
}

/** What the app itself comes with, for a copy that has no wordings yet. */
function standardWordings(): WordingRow[] {
  const one = (version: string, purpose: string, text: string, channel: string | null = null, night = false): WordingRow => ({
    id: version, version, purpose, channel, night, recipient: null, state: 'published',
    text_ko: text, text_en: text, text_zh: null, text_ja: null,
  });
  return [
    one('privacy-2026-11', 'privacy', m.consent_wording_privacy()),
    one('marketing-sms-2026-11', 'marketing', m.consent_wording_sms(), 'sms'),
    one('marketing-sms-night-2026-11', 'marketing', m.consent_wording_night(), 'sms', true),
    one('sensitive-2026-11', 'sensitive', m.consent_wording_sensitive()),
  ];
}
