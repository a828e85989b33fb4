/** Fields of the register form. */
export type RegisterField = 'name' | 'name_latin' | 'phone' | 'language' | 'nationality' | 'district' | 'card' | 'birth_date';

export interface MemberDraft {
  readonly fields: Partial<Record<RegisterField, string>>;
  /** The refused entry that this one corrects; it counts as seen once the corrected one is recorded. */
  readonly corrects?: string;
}

/**
 * What one screen leaves for the next, once and in memory. A name or a number never travels in the address: addresses stay
 * in the browser's history, unencrypted.
 */
export class Handover {
  #member: MemberDraft | null = null;

  /** What was typed into the search: digits are a phone, anything else a name. */
  leaveTyped(query: string): void {
    const typed = query.trim();
    const field = /^[\d\s+()-]+$/.test(typed) ? 'phone' : 'name';
    this.#member = typed === '' ? null : { fields: { [field]: typed } };
  }

  leaveMember(draft: MemberDraft): void {
    this.#member = draft;
  }

  /** What was left for the register form; it is gone afterwards. */
  takeMember(): MemberDraft | null {
    const draft = this.#member;
    this.#member = null;
    return draft;
  }
}
