import { m } from '$lib/i18n/paraglide/messages';
import { consentName } from '$lib/i18n/words';

export type WordingState = 'draft' | 'published' | 'retired';

export interface Matter {
  purpose: string;
  channel: string | null;
  night: boolean;
}

export interface WordingRecord extends Matter {
  id: string;
  version: string;
  recipient: string | null;
  state: WordingState;
  text_ko: string;
  text_en: string;
  text_zh: string | null;
  text_ja: string | null;
  /** Id of who wrote it last: somebody else publishes it. */
  written_by: string | null;
  written_at: string;
  published_at: string | null;
  retired_at: string | null;
}

/** What may be agreed to, in the order in which a tablet asks it. */
export const MATTERS: readonly Matter[] = [
  { purpose: 'privacy', channel: null, night: false },
  { purpose: 'marketing', channel: 'sms', night: false },
  { purpose: 'marketing', channel: 'sms', night: true },
  { purpose: 'marketing', channel: 'push', night: false },
  { purpose: 'marketing', channel: 'push', night: true },
  { purpose: 'marketing', channel: 'call', night: false },
  { purpose: 'profiling', channel: null, night: false },
  { purpose: 'third_party', channel: null, night: false },
  { purpose: 'abroad', channel: null, night: false },
  { purpose: 'sensitive', channel: null, night: false },
  { purpose: 'unique_identifier', channel: null, night: false },
];

export function isOf(one: Matter, other: Matter): boolean {
  return one.purpose === other.purpose && one.channel === other.channel && one.night === other.night;
}

/** Whether somebody else receives data, who is named then. */
export function hasRecipient({ purpose }: Matter): boolean {
  return purpose === 'third_party' || purpose === 'abroad';
}

export function matterName(wording: Matter & { recipient: string | null }): string {
  const purpose = consentName(wording);
  return wording.recipient === null || wording.recipient === '' ? purpose : m.permission_recipient({ purpose, recipient: wording.recipient });
}

const states: Record<WordingState, () => string> = {
  draft: m.wording_state_draft, published: m.wording_state_published, retired: m.wording_state_retired,
};

export function stateName(state: WordingState): string {
  return states[state]();
}
