import { api, call } from '$lib/api';
import { m } from '$lib/i18n/paraglide/messages';
import { sayField, sayProblem } from '$lib/session';

/** GET /points/programme */
export interface Programme {
  offline_per_sale: number | null;
  offline_per_member: number | null;
  offline_per_lease: number | null;
  notice_days: number | null;
  notice_least: number;
  manager_alone: number;
  admin_alone: number;
}

export type Setting = keyof Programme;
export const SETTINGS: readonly Setting[] = ['offline_per_sale', 'offline_per_member', 'offline_per_lease', 'notice_days', 'notice_least', 'manager_alone', 'admin_alone'];
/** What must not be empty. */
const NEEDED: readonly Setting[] = ['notice_least', 'manager_alone', 'admin_alone'];

/** The form of the programme's settings: what stands in it and what is wrong with each field. */
export class ProgrammeForm {
  fields = $state<Record<Setting, string>>({ offline_per_sale: '', offline_per_member: '', offline_per_lease: '', notice_days: '', notice_least: '', manager_alone: '', admin_alone: '' });
  #tried = $state(false);
  #busy = $state(false);
  #problem = $state.raw<unknown>(null);

  constructor(programme: Programme) {
    for (const name of SETTINGS) this.fields[name] = programme[name] === null ? '' : String(programme[name]);
  }

  get busy(): boolean {
    return this.#busy;
  }

  /** What failed apart from single fields. */
  get problem(): string | null {
    const known = SETTINGS.some((name) => sayField(this.#problem, name) !== undefined);
    return this.#problem === null || known ? null : sayProblem(this.#problem);
  }

  wrong(name: Setting): string | undefined {
    return sayField(this.#problem, name) ?? (this.#tried ? this.#slip(name, this.#text(name)) : undefined);
  }

  #text(name: Setting): string {
    return this.fields[name].replace(/[\s,]/g, '');
  }

  #slip(name: Setting, text: string): string | undefined {
    if (text === '') return NEEDED.includes(name) ? m.required_field() : undefined;
    const least = name === 'notice_days' || name === 'notice_least' ? 1 : 0;
    if (!/^\d{1,9}$/.test(text) || Number(text) < least) return least === 0 ? m.programme_number_wrong() : m.rule_number_wrong();
    return name === 'notice_days' && Number(text) > 180 ? m.programme_days_wrong() : undefined;
  }

  /** What stands now; null when it was not taken. */
  async submit(): Promise<Programme | null> {
    this.#tried = true;
    this.#problem = null;
    if (this.#busy || SETTINGS.some((name) => this.wrong(name) !== undefined)) return null;
    const number = (name: Setting): number | null => (this.#text(name) === '' ? null : Number(this.#text(name)));
    this.#busy = true;
    try {
      const body = {
        ...Object.fromEntries(SETTINGS.map((name) => [name, number(name)])),
        ...Object.fromEntries(NEEDED.map((name) => [name, Number(this.#text(name))])),
      };
      return (await call(api.PATCH('/api/v1/points/programme', { body }))) as Programme;
    } catch (problem) {
      this.#problem = problem;
      return null;
    } finally {
      this.#busy = false;
    }
  }
}
