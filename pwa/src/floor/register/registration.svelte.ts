import { readPhone } from '$lib/i18n/phones';
import { m } from '$lib/i18n/paraglide/messages';
import { askedConsents, consentData } from '../shared/consents';
import type { RegisterField } from '../shared/handover';

const blank: Record<RegisterField, string> = {
  name: '', name_latin: '', phone: '', language: '', nationality: '', district: '', card: '',
};

/** A new member's form: what stands in it, what is wrong with it, and the mutation that it becomes. */
export class Registration {
  fields = $state<Record<RegisterField, string>>({ ...blank });
  consents = $state<Record<'privacy' | 'sms' | 'night', boolean>>({ privacy: false, sms: false, night: false });
  #tried = $state(false);

  constructor(given: Partial<Record<RegisterField, string>>) {
    this.fields = { ...blank, ...given };
  }

  readonly #wrong = $derived.by(() => {
    const wrong: Partial<Record<RegisterField | 'privacy', string>> = {};
    if (this.fields.name.trim() === '') wrong.name = m.required_field();
    if (this.fields.phone.trim() !== '' && readPhone(this.fields.phone) === null) wrong.phone = m.register_phone_wrong();
    const nationality = this.fields.nationality.trim();
    if (nationality !== '' && !/^[a-z]{2}$/i.test(nationality)) wrong.nationality = m.nationality_wrong();
    if (!this.consents.privacy) wrong.privacy = m.consent_privacy_needed();
    return wrong;
  });

  /** What to show: nothing before the first try, so that nobody is scolded while typing. */
  get wrong(): Partial<Record<RegisterField | 'privacy', string>> {
    return this.#tried ? this.#wrong : {};
  }

  /** The mutation's data, or null when something is wrong; from then on `wrong` says what. */
  submit(homeStore: string | null, now: Date): Record<string, unknown> | null {
    this.#tried = true;
    if (Object.keys(this.#wrong).length > 0) return null;
    const { name, name_latin, phone, language, nationality, district, card } = trimmed(this.fields);
    return {
      name,
      ...(name_latin === '' ? {} : { name_latin }),
      ...(phone === '' ? {} : { phone: readPhone(phone) }),
      ...(language === '' ? {} : { language }),
      ...(nationality === '' ? {} : { nationality: nationality.toUpperCase() }),
      ...(district === '' ? {} : { district }),
      ...(card === '' ? {} : { cards: [card.replace(/[\s-]/g, '')] }),
      ...(homeStore === null ? {} : { home_store: homeStore }),
      consents: askedConsents
        .filter(({ key }) => this.consents[key] && (key !== 'night' || this.consents.sms))
        .map((consent) => consentData(consent, true, now)),
    };
  }
}

function trimmed(fields: Record<RegisterField, string>): Record<RegisterField, string> {
  return Object.fromEntries(Object.entries(fields).map(([field, text]) => [field, text.trim()])) as Record<RegisterField, string>;
}
