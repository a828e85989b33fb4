import { m } from '$lib/i18n/paraglide/messages';

/** A consent that the counter asks for, with the wording that the customer is shown and its registered version. */
export interface AskedConsent {
  readonly key: 'privacy' | 'sms' | 'night';
  readonly purpose: 'privacy' | 'marketing';
  readonly channel?: 'sms';
  readonly night?: true;
  readonly wordingVersion: string;
  readonly name: () => string;
  readonly wording: () => string;
}

export const askedConsents: readonly AskedConsent[] = [
  {
    key: 'privacy', purpose: 'privacy', wordingVersion: 'privacy-2026-11',
    name: m.consent_privacy, wording: m.consent_wording_privacy,
  },
  {
    key: 'sms', purpose: 'marketing', channel: 'sms', wordingVersion: 'marketing-sms-2026-11',
    name: m.consent_marketing_sms, wording: m.consent_wording_sms,
  },
  {
    key: 'night', purpose: 'marketing', channel: 'sms', night: true, wordingVersion: 'marketing-sms-night-2026-11',
    name: m.consent_marketing_night, wording: m.consent_wording_night,
  },
];

/** Consent to keep what she must not have, which is about her health; `lifts` is the refusal that it takes back. */
export function healthConsentData(occurredAt: Date, lifts: string | null): Record<string, unknown> {
  return {
    purpose: 'sensitive', granted: true, wording_version: 'sensitive-2026-11', occurred_at: occurredAt.toISOString(),
    ...(lifts === null ? {} : { lifts }),
  };
}

/** The members of `consent.record` without the customer. */
export function consentData(consent: AskedConsent, granted: boolean, occurredAt: Date): Record<string, unknown> {
  return {
    purpose: consent.purpose,
    ...(consent.channel === undefined ? {} : { channel: consent.channel }),
    ...(consent.night === undefined ? {} : { night: consent.night }),
    granted,
    wording_version: consent.wordingVersion,
    occurred_at: occurredAt.toISOString(),
  };
}
