// How long a tablet may go without word from the server.

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

/** What the server asks of its tablets. */
export interface LeaseTerms {
  leaseHours: number;
  wipeDays: number;
}

/** The last word from the server: by its own clock and by the tablet's, milliseconds. */
export interface Contact {
  server: number;
  tablet: number;
}

export interface Lease {
  /** By the server's clock, milliseconds. */
  ends: number;
  wipes: number;
  state: 'good' | 'ended' | 'spent';
}

/**
 * Where the lease stands when the tablet's clock says `now`. What passed is counted by the tablet's clock alone, so that one
 * that is a day wrong all the time changes nothing.
 */
export function leaseOf(contact: Contact, { leaseHours, wipeDays }: LeaseTerms, now: number): Lease {
  const passed = now - contact.tablet;
  const state = passed > wipeDays * DAY ? 'spent' : passed > leaseHours * HOUR ? 'ended' : 'good';
  return { ends: contact.server + leaseHours * HOUR, wipes: contact.server + wipeDays * DAY, state };
}

/** The tablet's clock, which never runs backwards between two contacts: set back, it stays at the latest time ever seen. */
export class ClockGuard {
  readonly #clock: () => number;
  readonly #ticks: () => number;
  #seen: number;
  #since: number;

  /** `seen`: the latest time that the tablet's clock ever showed since the last contact. */
  constructor(seen: number, clock: () => number = Date.now, ticks: () => number = () => performance.now()) {
    this.#clock = clock;
    this.#ticks = ticks;
    this.#seen = seen;
    this.#since = ticks();
  }

  now(): number {
    const reading = this.#clock();
    const least = this.#seen + (this.#ticks() - this.#since);
    return Math.max(reading, least);
  }

  /** The server answered: from here on the tablet's clock counts, wherever it stands. */
  contact(): number {
    this.#seen = this.#clock();
    this.#since = this.#ticks();
    return this.#seen;
  }
}
