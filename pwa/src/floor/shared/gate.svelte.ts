import { isOffline, type Session } from '$lib/session';
import type { Book, LockReason, Slot, Unlocking } from '$lib/book';
import type { DeviceMemory } from '$lib/i18n/device-memory';
import { IdleWatch } from './idle';
import { askPasskey, makePasskey, PasskeyProblem } from './passkey';

/** A colleague who may open this tablet. */
export interface Colleague {
  readonly login: string;
  readonly name: string;
  readonly password: Slot | null;
  readonly passkey: Slot | null;
  /** Their PIN opens the live session. */
  readonly pin: boolean;
}

/** Why a try did not open the tablet. */
export type GateProblem = 'wrong' | 'passkey_cancelled' | 'passkey_unsupported' | 'failed';

/**
 * Somebody whom the server let in and whom the tablet does not know: `former` has a key under an older password, `stranger`
 * has none yet.
 */
export interface Newcomer {
  readonly kind: 'former' | 'stranger';
  readonly login: string;
  readonly name: string;
}

/** The tablet's door: who may open it, who is at it, and when it closes. Knows the server's session and the book's lock. */
export class Gate {
  #busy = $state(false);
  #problem = $state<GateProblem | null>(null);
  #newcomer = $state.raw<(Newcomer & { password: string }) | null>(null);
  readonly #book: Book;
  readonly #session: Session;
  readonly #memory: DeviceMemory;
  readonly #idle: IdleWatch;

  constructor(book: Book, session: Session, memory: DeviceMemory) {
    this.#book = book;
    this.#session = session;
    this.#memory = memory;
    this.#idle = new IdleWatch(() => (this.open ? book.lock.autoLockMinutes : 0), () => void this.lock('idle'));
  }

  get open(): boolean {
    return this.#book.lock.phase === 'open' && this.#session.staff !== null;
  }

  get busy(): boolean {
    return this.#busy;
  }

  get problem(): GateProblem | null {
    return this.#problem;
  }

  get newcomer(): Newcomer | null {
    return this.#newcomer;
  }

  readonly colleagues = $derived.by(() => colleaguesOf(this.#book.lock.slots, this.#book.lock.pinFor));

  watch(): void {
    this.#idle.start();
  }

  /** Looks into the tablet's store, and lets in whoever has just signed in. */
  async arrive(): Promise<void> {
    await this.#try(async () => {
      const { phase, staff, slots } = await this.#book.inspect();
      const typed = this.#session.takeSecret();
      if (typed === null && phase === 'open' && staff !== null) {
        // Another tab had it open and handed its key over.
        await this.#welcome(staff, slots.find((slot) => slot.staff === staff)?.name ?? staff);
        return;
      }
      const secret = typed ?? (phase === 'wiped' ? null : this.#demoSecret());
      if (secret === null) return;
      const name = this.#session.staff?.name ?? secret.login;
      await this.#admit({ login: secret.login, name, password: secret.password });
    });
  }

  /** A colleague's password: tried here first, so that it works without the server. */
  async openBy(colleague: Colleague, password: string): Promise<void> {
    await this.#try(async () => {
      const slot = colleague.password;
      if (slot !== null && (await this.#unlock({ slot: slot.id, password }))) {
        await this.#welcome(colleague.login, colleague.name);
        void this.#renew(colleague.login, password);
      } else if (this.#book.lock.phase === 'locked') {
        await this.#askServer(colleague, password);
      }
    });
  }

  async openByPin(colleague: Colleague, pin: string): Promise<void> {
    await this.#try(async () => {
      if (await this.#unlock({ staff: colleague.login, pin })) await this.#welcome(colleague.login, colleague.name);
      else this.#problem = 'wrong';
    });
  }

  async openByPasskey(colleague: Colleague): Promise<void> {
    const slot = colleague.passkey;
    if (slot?.credential === undefined || slot.salt === undefined) return;
    const of = { credential: slot.credential, salt: slot.salt };
    await this.#try(async () => {
      const prf = await askPasskey(of);
      if (await this.#unlock({ slot: slot.id, prf })) await this.#welcome(colleague.login, colleague.name);
      else this.#problem = 'wrong';
    });
  }

  /** In a demo the published password opens it. */
  async openDemo(colleague: Colleague): Promise<boolean> {
    const known = this.#session.demoSignIns.find(({ login }) => login === colleague.login);
    if (known === undefined) return false;
    await this.openBy(colleague, known.password);
    return this.open;
  }

  /** The newcomer's former password, once: it opens the key, which then gets the new one. */
  async openByFormer(former: string): Promise<void> {
    const newcomer = this.#newcomer;
    if (newcomer === null) return;
    await this.#try(async () => {
      const slot = this.colleagues.find(({ login }) => login === newcomer.login)?.password;
      if (slot && (await this.#unlock({ slot: slot.id, password: former }))) await this.#protect(newcomer);
      else this.#problem = 'wrong';
    });
  }

  /** A colleague opens the tablet for the newcomer, who gets a key and is at it from then on. */
  async openFor(colleague: Colleague, password: string): Promise<void> {
    const newcomer = this.#newcomer;
    const slot = colleague.password;
    if (newcomer === null || slot === null) return;
    await this.#try(async () => {
      if (await this.#unlock({ slot: slot.id, password })) await this.#protect(newcomer);
      else this.#problem = 'wrong';
    });
  }

  /** The tablet's copy is destroyed and fetched anew for the newcomer; what waits is sent, sealed. */
  async beginAfresh(): Promise<void> {
    const newcomer = this.#newcomer;
    if (newcomer === null) return;
    await this.#try(async () => {
      await this.#book.wipe();
      await this.#protect(newcomer);
    });
  }

  giveUp(): void {
    this.#newcomer = null;
    this.#problem = null;
  }

  async lock(reason: LockReason): Promise<void> {
    // A demo opens by itself when it starts, but not what somebody closed.
    this.#memory.write('locked', true);
    this.#problem = null;
    if (this.#book.lock.phase === 'open') await this.#book.lockNow(reason);
  }

  async signOut(): Promise<void> {
    await this.lock('asked');
    await this.#session.signOut();
  }

  /** Whoever is at it signs in again, without leaving the screen. @throws ApiProblem */
  async confirm(password: string): Promise<void> {
    const staff = this.#session.staff;
    if (staff === null) return;
    await this.#session.renew(staff.login, password);
    // It may have been changed since the key was made.
    await this.#book.protect({ staff: staff.login, name: staff.name, password });
    await this.#book.syncNow();
  }

  /** Adds a passkey for whoever is at it. @throws PasskeyProblem */
  async addPasskey(): Promise<void> {
    const staff = this.#session.staff;
    if (staff === null) return;
    const passkey = await makePasskey(staff);
    await this.#book.protect({ staff: staff.login, name: staff.name, passkey });
  }

  /** The server let somebody in: the key is made or opened with the same password, without a second question. */
  async #admit(person: { login: string; name: string; password: string }): Promise<void> {
    const { phase } = this.#book.lock;
    if (phase !== 'locked') {
      await this.#protect(person);
      return;
    }
    const slot = this.colleagues.find(({ login }) => login === person.login)?.password;
    if (slot && (await this.#unlock({ slot: slot.id, password: person.password }))) {
      await this.#welcome(person.login, person.name);
      return;
    }
    if (this.#book.lock.phase === 'wiped') return;
    if (await this.#openDemoFor(person)) return;
    this.#newcomer = { ...person, kind: slot ? 'former' : 'stranger' };
  }

  /** In a demo any colleague's published password opens the tablet for one who has no key yet. */
  async #openDemoFor(person: { login: string; name: string; password: string }): Promise<boolean> {
    const slots = new Map(this.colleagues.map((each) => [each.login, each.password]));
    const known = this.#session.demoSignIns.find(({ login }) => slots.get(login));
    const slot = known && slots.get(known.login);
    if (!known || !slot || !(await this.#unlock({ slot: slot.id, password: known.password }))) return false;
    await this.#protect(person);
    return true;
  }

  /** The password did not open the key here: it may be a newer one, which only the server knows. */
  async #askServer({ login, name, password: slot }: Colleague, password: string): Promise<void> {
    this.#problem = 'wrong';
    try {
      await this.#session.renew(login, password);
      this.#newcomer = { kind: slot ? 'former' : 'stranger', login, name, password };
      this.#problem = null;
    } catch {
      // No server, or it refuses the password as well: it is wrong as far as anyone here can tell.
    }
  }

  async #unlock(by: Unlocking): Promise<boolean> {
    return (await this.#book.unlock(by)).ok;
  }

  async #protect(person: { login: string; name: string; password: string }): Promise<void> {
    await this.#book.protect({ staff: person.login, name: person.name, password: person.password });
    await this.#welcome(person.login, person.name);
  }

  async #welcome(login: string, name: string): Promise<void> {
    this.#newcomer = null;
    this.#memory.write('locked', null);
    this.#session.act(login, name);
    this.#idle.begin();
    const store = this.#session.tablet?.store;
    if (store !== undefined) await this.#book.open({ staff: login, store });
  }

  /** The server's session follows who is at it, where there is a server. */
  async #renew(login: string, password: string): Promise<void> {
    if (this.#session.holder === login && !this.#book.sync.sessionExpired) return;
    try {
      await this.#session.renew(login, password);
      await this.#book.syncNow();
    } catch (problem) {
      if (!isOffline(problem)) await this.#session.release();
    }
  }

  /** The published password of who was at it last, unless somebody closed the tablet on purpose. */
  #demoSecret(): { login: string; password: string } | null {
    const login = this.#session.staff?.login;
    if (login === undefined || this.#memory.read('locked') === true) return null;
    return this.#session.demoSignIns.find((each) => each.login === login) ?? null;
  }

  async #try(work: () => Promise<void>): Promise<void> {
    if (this.#busy) return;
    this.#busy = true;
    this.#problem = null;
    try {
      await work();
    } catch (problem) {
      this.#problem = problem instanceof PasskeyProblem ? `passkey_${problem.code}` : 'failed';
    } finally {
      this.#busy = false;
    }
  }
}

/** A slot is a way in; people have one or two. In the order of their names. */
function colleaguesOf(slots: readonly Slot[], pinFor: readonly string[]): Colleague[] {
  const logins = [...new Set(slots.map(({ staff }) => staff))];
  const made = logins.map((login): Colleague => {
    const own = slots.filter(({ staff }) => staff === login);
    const by = (method: Slot['method']): Slot | null => own.find((slot) => slot.method === method) ?? null;
    return { login, name: own[0]?.name ?? login, password: by('password'), passkey: by('passkey'), pin: pinFor.includes(login) };
  });
  return made.sort((one, other) => one.name.localeCompare(other.name));
}
