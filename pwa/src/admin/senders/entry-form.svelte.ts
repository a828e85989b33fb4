import { ApiProblem } from '$lib/api';
import { m } from '$lib/i18n/paraglide/messages';
import { sayProblem } from '$lib/session';

const TAKEN = 409;
const AMISS = 422;

/** What a form of the register holds, and what is wrong with it: said here, or by the server about a field. */
export class EntryForm<Name extends string> {
  fields = $state<Record<Name, string>>() as Record<Name, string>;
  tried = $state(false);
  busy = $state(false);
  #failure = $state.raw<unknown>(null);
  readonly #slip: (name: Name, value: string) => string | undefined;
  readonly #amiss: (name: Name) => string | undefined;
  readonly #taken: string;

  /**
   * @param slip what is wrong with a field before it is sent; @param amiss what the server means when it refuses a field;
   * @param taken that there is such an entry already.
   */
  constructor(fields: Record<Name, string>, slip: (name: Name, value: string) => string | undefined, amiss: (name: Name) => string | undefined, taken: string) {
    this.fields = fields;
    this.#slip = slip;
    this.#amiss = amiss;
    this.#taken = taken;
  }

  get #names(): Name[] {
    return Object.keys(this.fields) as Name[];
  }

  text(name: Name): string {
    return this.fields[name].trim();
  }

  orNull(name: Name): string | null {
    return this.text(name) === '' ? null : this.text(name);
  }

  wrong(name: Name): string | undefined {
    if (this.#refused(name)) return this.#amiss(name) ?? m.required_field();
    return this.tried ? this.#slip(name, this.text(name)) : undefined;
  }

  /** What is wrong that no field says. */
  get problem(): string | null {
    const failure = this.#failure;
    if (failure === null || this.#names.some((name) => this.#refused(name))) return null;
    return failure instanceof ApiProblem && failure.status === TAKEN ? this.#taken : sayProblem(failure);
  }

  /** Sends it when nothing is amiss; what came of it, or undefined. */
  async send<T>(work: () => Promise<T>): Promise<T | undefined> {
    this.tried = true;
    this.#failure = null;
    if (this.busy || this.#names.some((name) => this.#slip(name, this.text(name)) !== undefined)) return undefined;
    this.busy = true;
    try {
      return await work();
    } catch (failure) {
      this.#failure = failure;
      return undefined;
    } finally {
      this.busy = false;
    }
  }

  #refused(name: Name): boolean {
    return this.#failure instanceof ApiProblem && this.#failure.status === AMISS && name in this.#failure.fields;
  }
}
