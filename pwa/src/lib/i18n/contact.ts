import type { Formatter } from './formatter';
import { m } from './paraglide/messages';

/** GET /customers/ID/contact: what the gate says to an offer of a sender on a channel, now. */
export interface ContactVerdict {
  channel: string;
  sender: { code: string; name: string; name_latin: string | null };
  verdict: { answer: string; reason: string | null; reason_text: string | null; until: string | null };
}

export function contactChannelName(channel: string): string {
  return channel === 'call' ? m.contact_call() : m.contact_sms();
}

export function contactSenderName({ sender }: ContactVerdict, language: string): string {
  return language === 'ko' ? sender.name : (sender.name_latin ?? sender.name);
}

/** In one sentence: now, from when on and why, or never and why. The server's sentence is in the reader's language. */
export function contactWords({ verdict, channel }: ContactVerdict, format: Formatter): string {
  if (verdict.answer === 'allowed') return channel === 'call' ? m.contact_may_call() : m.contact_may_text();
  if (verdict.until !== null) return m.contact_from({ time: format.moment(verdict.until), why: verdict.reason_text ?? '' });
  return verdict.reason_text ?? m.text_skipped();
}
