import { api, call } from '$lib/api';
import { m } from '$lib/i18n/paraglide/messages';
import { sayField, sayProblem } from '$lib/session';

export type StaffRole = 'associate' | 'manager' | 'marketer' | 'admin';
export type StaffField = 'login' | 'name' | 'role' | 'password' | 'store';

interface StaffFields extends Record<StaffField, string> {
  role: StaffRole;
}

const shortestPassword = 12;
/** What the server may object to in a field, in the words of the screen. */
const objections: Record<StaffField, () => string> = {
  login: m.staff_login_taken, name: m.store_name_wrong, role: m.required_field, password: m.staff_password_weak,
  store: m.staff_store_hint,
};

/** The form of a new member of staff: what stands in it and what is wrong with each field. */
export class NewStaff {
  fields = $state<StaffFields>({ login: '', name: '', role: 'associate', password: '', store: '' });
  #tried = $state(false);
  #busy = $state(false);
  #problem = $state.raw<unknown>(null);
  /** What was sent when the server objected: a field that was changed since is no longer wrong. */
  #sent: Partial<StaffFields> = {};

  get busy(): boolean {
    return this.#busy;
  }

  /** What failed apart from single fields. */
  get problem(): string | null {
    const known = ['login', 'name', 'role', 'password', 'store'].some((field) => sayField(this.#problem, field) !== undefined);
    return this.#problem === null || known ? null : sayProblem(this.#problem);
  }

  wrong(field: StaffField): string | undefined {
    if (sayField(this.#problem, field) !== undefined && this.#sent[field] === this.fields[field]) return objections[field]();
    if (!this.#tried) return undefined;
    const text = this.fields[field].trim();
    if (field === 'password') return text.length < shortestPassword ? m.staff_password_short() : undefined;
    if (field === 'store') return this.#needsStore && text === '' ? m.staff_store_hint() : undefined;
    return text === '' ? m.required_field() : undefined;
  }

  get #needsStore(): boolean {
    return this.fields.role === 'associate' || this.fields.role === 'manager';
  }

  /** True when the person was added. */
  async submit(language: 'ko' | 'en'): Promise<boolean> {
    this.#tried = true;
    this.#problem = null;
    const names: StaffField[] = ['login', 'name', 'password', 'store'];
    if (this.#busy || names.some((field) => this.wrong(field) !== undefined)) return false;
    const { login, name, role, password, store } = this.fields;
    this.#sent = { ...this.fields };
    this.#busy = true;
    try {
      await call(
        api.POST('/api/v1/staff', {
          body: { login: login.trim(), name: name.trim(), role, password, language, store: store === '' ? null : store },
        }),
      );
      return true;
    } catch (problem) {
      this.#problem = problem;
      return false;
    } finally {
      this.#busy = false;
    }
  }
}
