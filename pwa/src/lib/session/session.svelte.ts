import { api, ApiProblem, call, OFFLINE } from '$lib/api';
import type { DeviceMemory } from '$lib/i18n/device-memory';
import type { About, Staff, Tablet } from './types';

/** `opening` until the server or the memory has answered; `known` when a member of staff uses this browser. */
export type SessionPhase = 'opening' | 'unknown' | 'known';

interface Remembered {
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
  #staff = $state.raw<Staff | null>(null);
  #tablet = $state.raw<Tablet | null>(null);
  #about = $state.raw<About | null>(null);
  #demo = $state(false);
  /** True while the server has not confirmed the person since the start. */
  #unconfirmed = $state(false);
  readonly #memory: DeviceMemory;

  constructor(memory: DeviceMemory) {
    this.#memory = memory;
  }

  get phase(): SessionPhase {
    return this.#phase;
  }

  get staff(): Staff | null {
    return this.#staff;
  }

  get tablet(): Tablet | null {
    return this.#tablet;
  }

  get about(): About | null {
    return this.#about;
  }

  get demo(): boolean {
    return this.#demo || this.#about?.demo === true;
  }

  get unconfirmed(): boolean {
    return this.#unconfirmed;
  }

  get timeZone(): string {
    return this.#staff?.store?.time_zone ?? Intl.DateTimeFormat().resolvedOptions().timeZone;
  }

  /** Asks the server who is signed in; without an answer the last person on this tablet is taken. Never throws. */
  async open(): Promise<void> {
    const remembered = this.#memory.read('session') as Remembered | null;
    // The screens do not wait for the network when they know whose tablet this is.
    if (remembered !== null) this.#become(remembered, true);
    void this.#learnAbout();
    try {
      this.#become(await call(api.GET('/api/v1/session')) as Remembered, false);
    } catch (problem) {
      if (this.#phase === 'known' && !isSignedOut(problem)) return;
      this.#forget();
    }
  }

  /** @throws ApiProblem `offline`, or what the server answers to a wrong login or password. */
  async signIn(login: string, password: string): Promise<void> {
    const session = await call(api.POST('/api/v1/session', { body: { login, password } }));
    this.#become(session as Remembered, false);
  }

  /** Ends the session here even when the server does not hear of it; what waits in the outbox stays. */
  async signOut(): Promise<void> {
    try {
      await call(api.DELETE('/api/v1/session'));
    } catch (problem) {
      if (!(problem instanceof ApiProblem)) throw problem;
    }
    this.#forget();
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

  async #confirm(): Promise<void> {
    this.#become(await call(api.GET('/api/v1/session')) as Remembered, false);
  }

  async #learnAbout(): Promise<void> {
    try {
      this.#about = await call(api.GET('/api/v1/about')) as About;
    } catch {
      // Without the server there is nothing to learn; the sign-in screen says so when it is used.
    }
  }

  #become(session: Remembered, unconfirmed: boolean): void {
    this.#staff = session.staff;
    this.#tablet = session.tablet;
    this.#demo = session.demo;
    this.#unconfirmed = unconfirmed;
    this.#phase = 'known';
    if (!unconfirmed) {
      this.#memory.write('session', { staff: session.staff, tablet: session.tablet, demo: session.demo });
    }
  }

  #forget(): void {
    this.#staff = null;
    this.#tablet = null;
    this.#unconfirmed = false;
    this.#phase = 'unknown';
    this.#memory.write('session', null);
  }
}

function isSignedOut(problem: unknown): boolean {
  return problem instanceof ApiProblem && problem.code !== OFFLINE && problem.status === 401;
}
