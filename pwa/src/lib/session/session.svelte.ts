import { api, ApiProblem, call, OFFLINE } from '$lib/api';
import type { DeviceMemory } from '$lib/i18n/device-memory';
import { readRemembered, writeRemembered, type Remembered } from './remembered';
import type { About, DemoSignIn, Staff, Tablet } from './types';

/** `opening` until the server or the memory has answered; `known` when a member of staff uses this browser. */
export type SessionPhase = 'opening' | 'unknown' | 'known';

/** What somebody typed to sign in, for the key that the tablet makes or opens in the same step. */
export interface Secret {
  readonly login: string;
  readonly password: string;
}

interface ServerSession {
  staff: Staff;
  tablet: Tablet | null;
  demo: boolean;
}

/**
 * Who is signed in, with the server or without it: whoever used this tablet last goes on selling when the server does not
 * answer. What they record is pushed under the tablet's own token, and the server checks the person then.
 */
export class Session {
  #phase = $state<SessionPhase>('opening');
  #remembered = $state.raw<Remembered>({ staff: null, tablet: null, demo: false, people: [], demoSignIns: [] });
  #about = $state.raw<About | null>(null);
  /** Whose session the server holds for this browser, as far as known. */
  #holder = $state<string | null>(null);
  #arrivals = $state(0);
  #secret: Secret | null = null;
  readonly #memory: DeviceMemory;

  constructor(memory: DeviceMemory) {
    this.#memory = memory;
  }

  get phase(): SessionPhase {
    return this.#phase;
  }

  get staff(): Staff | null {
    return this.#remembered.staff;
  }

  get tablet(): Tablet | null {
    return this.#remembered.tablet;
  }

  get about(): About | null {
    return this.#about;
  }

  get demo(): boolean {
    return this.#remembered.demo || this.#about?.demo === true;
  }

  /** The demo's people with their published passwords, also without the server; empty outside a demo. */
  get demoSignIns(): readonly DemoSignIn[] {
    return this.#about === null ? this.#remembered.demoSignIns : this.#about.demo ? this.#about.demo_sign_ins : [];
  }

  /** Login of the person whose session the server holds; null when it holds none. */
  get holder(): string | null {
    return this.#holder;
  }

  /** Counts who signed in or enrolled: each brings a secret to take. */
  get arrivals(): number {
    return this.#arrivals;
  }

  /** What the tablet's store is called, for screens that come before the book is open. */
  get storeName(): string | null {
    const store = this.tablet?.store;
    return this.#remembered.people.find((person) => person.store?.code === store)?.store?.name ?? store ?? null;
  }

  get timeZone(): string {
    return this.staff?.store?.time_zone ?? Intl.DateTimeFormat().resolvedOptions().timeZone;
  }

  /** Asks the server who is signed in; without an answer the last person on this tablet is taken. Never throws. */
  async open(): Promise<void> {
    this.#remembered = readRemembered(this.#memory);
    this.#holder = this.staff?.login ?? null;
    // The screens do not wait for the network when they know whose tablet this is.
    if (this.staff !== null) this.#phase = 'known';
    const about = this.#learnAbout();
    try {
      const session = await call(api.GET('/api/v1/session')) as ServerSession;
      // A demo's tablet opens with a published password: whoever arrives must know them.
      if (session.demo && this.demoSignIns.length === 0) await about;
      this.#become(session);
    } catch (problem) {
      if (this.#phase === 'known' && !isSignedOut(problem)) return;
      this.#leave();
    }
  }

  /** @throws ApiProblem `offline`, or what the server answers to a wrong login or password. */
  async signIn(login: string, password: string): Promise<void> {
    const session = await call(api.POST('/api/v1/session', { body: { login, password } })) as ServerSession;
    this.#secret = { login: session.staff.login, password };
    this.#become(session);
    this.#arrivals += 1;
  }

  /** The session for somebody who has already opened the tablet; nobody is asked anything. @throws ApiProblem */
  async renew(login: string, password: string): Promise<void> {
    this.#become(await call(api.POST('/api/v1/session', { body: { login, password } })) as ServerSession);
  }

  /** What the last one to sign in typed; gone once taken. */
  takeSecret(): Secret | null {
    const secret = this.#secret;
    this.#secret = null;
    return secret;
  }

  /** Somebody opened the tablet without the server: from now on they are at it. */
  act(login: string, name: string): void {
    if (this.staff?.login === login) return;
    const known = this.#remembered.people.find((person) => person.login === login);
    const store = this.#remembered.people.find((person) => person.store?.code === this.tablet?.store)?.store ?? null;
    const staff = known ?? { id: '', login, name, role: 'associate', language: 'ko', store };
    this.#remember({ staff });
    this.#phase = 'known';
  }

  /** Ends the server's session; who is at the tablet stays. Used when it is somebody else's. */
  async release(): Promise<void> {
    await this.#end();
  }

  /** Ends the session here even when the server does not hear of it; what waits in the outbox stays. */
  async signOut(): Promise<void> {
    await this.#end();
    this.#leave();
  }

  /** Makes this browser a tablet of a store with a one-time code. @throws ApiProblem */
  async enrol(code: string, label: string): Promise<void> {
    await call(api.POST('/api/v1/tablets/enrol', { body: { code, label: label === '' ? null : label } }));
    await this.#confirm();
  }

  /** In demo mode a signed-in member of staff makes this browser a tablet of their store without a code. */
  async enrolDemo(): Promise<void> {
    await call(api.POST('/api/v1/tablets/demo'));
    await this.#confirm();
  }

  /** The tablet was taken away from its store: it has to be enrolled again. */
  forgetTablet(): void {
    this.#remember({ tablet: null, people: [] });
  }

  async #end(): Promise<void> {
    this.#holder = null;
    try {
      await call(api.DELETE('/api/v1/session'));
    } catch (problem) {
      if (!(problem instanceof ApiProblem)) throw problem;
    }
  }

  async #confirm(): Promise<void> {
    this.#become(await call(api.GET('/api/v1/session')) as ServerSession);
  }

  async #learnAbout(): Promise<void> {
    try {
      const about = await call(api.GET('/api/v1/about')) as About;
      this.#about = about;
      this.#remember({ demo: about.demo, demoSignIns: about.demo ? about.demo_sign_ins : [] });
    } catch {
      // Without the server there is nothing to learn; the sign-in screen says so when it is used.
    }
  }

  #become({ staff, tablet, demo }: ServerSession): void {
    const others = this.#remembered.people.filter((person) => person.login !== staff.login);
    this.#remember({ staff, tablet, demo, people: tablet === null ? [] : [...others, staff] });
    this.#holder = staff.login;
    this.#phase = 'known';
  }

  /** Nobody is signed in any more. Whose tablet it is and who may open it stays known. */
  #leave(): void {
    this.#secret = null;
    this.#holder = null;
    this.#remember({ staff: null });
    this.#phase = 'unknown';
  }

  #remember(changes: Partial<Remembered>): void {
    this.#remembered = { ...this.#remembered, ...changes };
    writeRemembered(this.#memory, this.#remembered);
  }
}

function isSignedOut(problem: unknown): boolean {
  return problem instanceof ApiProblem && problem.code !== OFFLINE && problem.status === 401;
}
