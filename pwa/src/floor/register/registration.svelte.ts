import { readPhone } from '$lib/i18n/phones';
import { m } from '$lib/i18n/paraglide/messages';
import { isPaymentCard } from '$lib/i18n/payment-cards';
import { ConsentSheet } from '../shared/consent-sheet.svelte';
import { isUnder14 } from '../shared/consents';
import type { RegisterField } from '../shared/handover';

const blank: Record<RegisterField, string> = {
  name: '', name_latin: '', phone: '', language: '', nationality: '', district: '', card: '', birth_date: '',
};

/** A new member's form: what stands in it, what is wrong with it, and the mutation that it becomes. */
export class Registration {
  fields = $state<Record<RegisterField, string>>({ ...blank });
  readonly sheet = new ConsentSheet('ko');
  #tried = $state(false);

  constructor(given: Partial<Record<RegisterField, string>>) {
    this.fields = { ...blank, ...given };
  }

  /** Works out anew whether a guardian is needed, on a day at the store. */
  bornOn(birthDate: string, today: string): void {
    this.fields.birth_date = birthDate;
    this.sheet.child = isUnder14(birthDate, today);
  }

  readonly #wrong = $derived.by(() => {
    const wrong: Partial<Record<RegisterField | 'privacy' | 'guardian', string>> = {};
    if (this.fields.name.trim() === '') wrong.name = m.required_field();
    if (this.fields.phone.trim() !== '' && readPhone(this.fields.phone) === null) wrong.phone = m.register_phone_wrong();
    if (isPaymentCard(this.fields.card)) wrong.card = m.card_is_payment();
    const nationality = this.fields.nationality.trim();
    if (nationality !== '' && !/^[a-z]{2}$/i.test(nationality)) wrong.nationality = m.nationality_wrong();
    if (!this.sheet.agreed.some(({ purpose }) => purpose === 'privacy')) wrong.privacy = m.consent_privacy_needed();
    if (this.sheet.guardianMissing) wrong.guardian = m.required_field();
    return wrong;
  });

  /** Whether somebody tried to save it. */
  get tried(): boolean {
    return this.#tried;
  }

  /** What to show: nothing before the first try, so that nobody is scolded while typing. */
  get wrong(): Partial<Record<RegisterField | 'privacy' | 'guardian', string>> {
    return this.#tried ? this.#wrong : {};
  }

  /** Whether something of what is asked further below is wrong. */
  get furtherWrong(): boolean {
    return (this.wrong.card ?? this.wrong.nationality) !== undefined;
  }

  /** The mutation's data, or null when something is wrong; from then on `wrong` says what. */
  submit(homeStore: string | null, now: Date): Record<string, unknown> | null {
    this.#tried = true;
    if (Object.keys(this.#wrong).length > 0) return null;
    const { name, name_latin, phone, language, nationality, district, card, birth_date } = trimmed(this.fields);
    return {
      name,
      ...(name_latin === '' ? {} : { name_latin }),
      ...(phone === '' ? {} : { phone: readPhone(phone) }),
      ...(language === '' ? {} : { language }),
      ...(birth_date === '' ? {} : { birth_date }),
      ...(nationality === '' ? {} : { nationality: nationality.toUpperCase() }),
      ...(district === '' ? {} : { district }),
      ...(card === '' ? {} : { cards: [card.replace(/[\s-]/g, '')] }),
      ...(homeStore === null ? {} : { home_store: homeStore }),
      consents: this.sheet.statements(now),
    };
  }
}

function trimmed(fields: Record<RegisterField, string>): Record<RegisterField, string> {
  return Object.fromEntries(Object.entries(fields).map(([field, text]) => [field, text.trim()])) as Record<RegisterField, string>;
}
