import type { CustomerRow } from '$lib/book';

const kept = 12;

/** The customers seen since the app started, newest first. In memory only: a list of who was looked at is personal data. */
export class Recents {
  #customers = $state.raw<readonly CustomerRow[]>([]);

  get customers(): readonly CustomerRow[] {
    return this.#customers;
  }

  saw(customer: CustomerRow): void {
    this.#customers = [customer, ...this.#customers.filter((other) => other.id !== customer.id)].slice(0, kept);
  }

  forget(): void {
    this.#customers = [];
  }
}
