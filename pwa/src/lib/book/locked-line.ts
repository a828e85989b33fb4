import { ApiProblem, OFFLINE, type SyncServer } from '$lib/api/sync';
import type { SealedStore } from '$lib/vault';
import { Loop, type Pace, type Round } from './loop';
import { revocation, sendSealed, type Revocation } from './sealed-sender';
import type { TermsKeeper } from './terms';
import type { SyncState } from './types';

/** A locked tablet asks this often at most, milliseconds: it has nobody waiting for an answer. */
const SELDOM = 60_000;

export interface LockedHooks {
  /** `none`: nothing to do; `sealed`: only what waits; `all`: the terms are asked for as well. */
  wanted: () => Promise<'none' | 'sealed' | 'all'>;
  onRevoked: (revoked: Revocation) => void;
  /** After every round: the lease or what waits may have changed. */
  onRound: (sync: Partial<SyncState>) => Promise<void>;
}

/** Keeps a tablet that nobody has opened in touch with the server: what waits is sent sealed, and the lease is renewed. */
export class LockedLine {
  readonly #server: SyncServer;
  readonly #sealed: SealedStore;
  readonly #terms: TermsKeeper;
  readonly #hooks: LockedHooks;
  readonly #loop: Loop;

  constructor(server: SyncServer, sealed: SealedStore, terms: TermsKeeper, pace: Pace, hooks: LockedHooks) {
    this.#server = server;
    this.#sealed = sealed;
    this.#terms = terms;
    this.#hooks = hooks;
    this.#loop = new Loop(() => this.#round(), { ...pace, every: Math.max(pace.every, SELDOM) });
  }

  kick(): Promise<void> {
    return this.#loop.kick();
  }

  stop(): void {
    this.#loop.stop();
  }

  async #round(): Promise<Round> {
    try {
      const wanted = await this.#hooks.wanted();
      if (wanted === 'none') return { sent: 0 };
      if (wanted === 'all') await this.#terms.learn(await this.#server.terms());
      const sent = await sendSealed(this.#server, this.#sealed, await this.#sealed.all());
      await this.#hooks.onRound({ online: true, lastContact: new Date().toISOString(), lastError: null });
      return { sent };
    } catch (problem) {
      const revoked = revocation(problem);
      if (revoked !== null) this.#hooks.onRevoked(revoked);
      if (problem instanceof ApiProblem) {
        const { code, detail } = problem;
        await this.#hooks.onRound({ online: code !== OFFLINE, lastError: { code, detail } });
      }
      return { problem };
    }
  }
}
