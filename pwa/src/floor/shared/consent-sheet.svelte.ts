import { readPhone } from '$lib/i18n/phones';
import { consentData, type AskedConsent, type ConsentLanguage, type Guardian, type Manner, type Signature } from './consents';

/** What a customer is shown and answers: nothing is ticked until she does it. */
export class ConsentSheet {
  asked = $state.raw<readonly AskedConsent[]>([]);
  language = $state<ConsentLanguage>('ko');
  ticked = $state<Record<string, boolean>>({});
  signature = $state.raw<Signature | null>(null);
  /** What stands already: whoever gets texts by day may agree to the night alone. */
  stands = $state.raw<(consent: AskedConsent) => boolean>(() => false);
  /** Under 14: her guardian consents, and marketing is not asked for. */
  child = $state(false);
  guardian = $state<Guardian>({ name: '', relation: 'mother', phone: '', verified: 'family_certificate' });

  constructor(language: ConsentLanguage) {
    this.language = language;
  }

  /** Why it cannot be ticked: a child gets no marketing; nobody agrees to the night without the day. */
  blocked(consent: AskedConsent): boolean {
    if (consent.purpose !== 'marketing') return false;
    return this.child || (consent.night && !this.#day(consent));
  }

  #day({ channel }: AskedConsent): boolean {
    const day = this.asked.find((each) => each.purpose === 'marketing' && each.channel === channel && !each.night);
    return day !== undefined && (this.ticked[day.version] === true || this.stands(day));
  }

  /** What she agreed to. */
  readonly #agreed = $derived.by(() => this.asked.filter((each) => this.ticked[each.version] === true && !this.blocked(each)));

  get agreed(): readonly AskedConsent[] {
    return this.#agreed;
  }

  /** Whether the guardian is named as far as she has to be. */
  get guardianMissing(): boolean {
    return this.child && (this.guardian.name.trim() === '' || readPhone(this.guardian.phone) === null);
  }

  get manner(): Manner {
    const { name, relation, phone, verified } = this.guardian;
    return {
      language: this.language,
      signature: this.signature,
      guardian: this.child ? { name: name.trim(), relation, phone: readPhone(phone) ?? phone, verified } : null,
    };
  }

  /** The statements of everything that was ticked, all said at one moment. */
  statements(now: Date): Record<string, unknown>[] {
    return this.#agreed.map((consent) => consentData(consent, true, now, this.manner));
  }
}
