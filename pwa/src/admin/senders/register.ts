import type { components } from '$lib/api/schema';
import type { Formatter } from '$lib/i18n/formatter';
import { m } from '$lib/i18n/paraglide/messages';
import { formatPhone } from '$lib/i18n/phones';

export type Register = components['schemas']['SenderRegister'];
export type SenderNumber = components['schemas']['SenderNumber'];
export type Certificate = components['schemas']['Certificate'];
export type Provider = components['schemas']['TextProvider'];
export type Standing = components['schemas']['SenderStanding'];
export type Check = components['schemas']['SenderCheck'];
export type EntryState = SenderNumber['state'];

type Say = (inputs: { provider: string; day: string }) => string;

const numberSentences: Record<EntryState, Say> = {
  ok: m.check_number_ok,
  expiring: m.check_number_expiring,
  expired: m.check_number_expired,
  not_yet: m.check_number_not_yet,
  missing: m.check_number_missing,
};
const certificateSentences: Record<EntryState, Say> = {
  ok: m.check_certificate_ok,
  expiring: m.check_certificate_expiring,
  expired: m.check_certificate_expired,
  not_yet: m.check_certificate_not_yet,
  missing: m.check_certificate_missing,
};
const states: Record<EntryState, () => string> = {
  ok: m.sender_state_ok,
  expiring: m.sender_state_expiring,
  expired: m.sender_state_expired,
  not_yet: m.sender_state_not_yet,
  missing: m.sender_state_missing,
};

/** What a provider is called; its name in the settings where it is in use no longer. */
export function providerTitle(name: string, providers: readonly Provider[]): string {
  if (name === 'simulator') return m.provider_simulator();
  if (name === 'console') return m.provider_console();
  return providers.find((each) => each.name === name)?.title ?? name;
}

/** A line of the checklist in a sentence. */
export function checkSentence(check: Check, providers: readonly Provider[], format: Formatter): string {
  if (check.what === 'contact') return check.state === 'ok' ? m.check_contact_ok() : m.check_contact_missing();
  if (check.what === 'refusal') return check.state === 'ok' ? m.check_refusal_ok() : m.check_refusal_missing();
  const say = (check.what === 'certificate' ? certificateSentences : numberSentences)[check.state];
  return say({ provider: providerTitle(check.provider ?? '', providers), day: check.until === null ? '' : format.day(check.until) });
}

/** Whether a line asks for something to be done: at once, soon, or not at all. */
export function urgency(state: EntryState): 'none' | 'soon' | 'now' {
  return state === 'ok' ? 'none' : state === 'expiring' ? 'soon' : 'now';
}

export function stateName(state: EntryState): string {
  return states[state]();
}

/** A registered number as people write it; a service's id as it is. */
export function senderName(number: string): string {
  const short = /^\+82(1\d{3})(\d{4})$/.exec(number);
  if (short !== null) return `${short[1]}-${short[2]}`;
  return number.startsWith('+') ? formatPhone(number) : number;
}

/** Who is asked in turn, in a line for each country: Korea first, all others last. */
export function turnLines(register: Register): string[] {
  return [...register.turns]
    .sort((one, other) => rank(one.country) - rank(other.country))
    .map(({ country, providers }) => m.senders_turn({ place: placeName(country, register.turns.length), providers: providers.map((each) => providerTitle(each, register.providers)).join(' → ') }));
}

function rank(country: string): number {
  return country === 'KR' ? 0 : country === '*' ? 2 : 1;
}

function placeName(country: string, countries: number): string {
  if (country === 'KR') return m.senders_turn_home();
  if (countries === 1) return m.senders_turn_all();
  return country === '*' ? m.senders_turn_others() : country;
}
