// A tablet's tab with its lock, over an IndexedDB in memory, with a password hash that costs nothing.
import type { PasswordHash } from '$lib/vault';
import { Guard } from '../guard';
import type { GuardParts, Hints } from '../guard-parts';
import type { Keeper } from '../keeper';
import type { LockState } from '../lock-types';
import { PACE } from '../loop';
import type { Told } from '../status';
import type { FakeServer } from './fake-server';

export const cheapHash: PasswordHash = {
  calibrate: () => Promise.resolve({ memory: 19_456, passes: 2, lanes: 1 }),
  async derive(password, salt) {
    const bytes = new Uint8Array([...new TextEncoder().encode(password), ...salt]);
    return new Uint8Array(await crypto.subtle.digest('SHA-256', bytes));
  },
};

export const PASSWORD = 'correct horse battery';

export class LockedTab {
  static readonly open: LockedTab[] = [];
  readonly guard: Guard;
  /** The last of everything that the screens were told. */
  told: { lock?: LockState; state?: Told['state']; sync: NonNullable<Told['sync']>; outbox?: Told['outbox']; lost?: boolean } = { sync: {} };

  constructor(server: FakeServer, name: string, parts: Partial<GuardParts> = {}) {
    const listener = (told: Told) => {
      this.told = { ...this.told, ...told, sync: { ...this.told.sync, ...told.sync } };
    };
    this.guard = new Guard({ server, listener, name, legacy: `${name}-old`, hash: cheapHash, pace: { ...PACE, listen: 0 }, ...parts });
    LockedTab.open.push(this);
  }

  /** A tab as the screens begin with it. */
  static async start(server: FakeServer, name: string, hints: Partial<Hints> = {}): Promise<LockedTab> {
    const tab = new LockedTab(server, name);
    await tab.guard.inspect({ hadBook: false, readable: false, ...hints });
    return tab;
  }

  /** A new tablet of which jiyoung has the key, open and level with the server. */
  static async begun(server: FakeServer, name: string): Promise<LockedTab> {
    const tab = await LockedTab.start(server, name);
    await tab.guard.protect({ staff: 'jiyoung', name: '한지영', password: PASSWORD });
    await tab.sit();
    return tab;
  }

  /** Opens the book for whoever unlocked the tablet, and waits until it is level. */
  async sit(staff = 'jiyoung'): Promise<void> {
    await this.guard.open({ staff, store: 'GN', pollEvery: 1e6 });
    await this.level();
  }

  async level(): Promise<void> {
    await this.guard.syncNow();
    await new Promise((resolve) => setTimeout(resolve, 5));
  }

  get book(): Keeper {
    return this.guard.book;
  }

  get lock(): LockState {
    return this.guard.state;
  }

  unlock(password = PASSWORD, staff = 'jiyoung') {
    const slot = this.lock.slots.find((each) => each.staff === staff && each.method === 'password');
    return this.guard.unlock({ slot: slot?.id ?? '', password });
  }

  sell(note = 'sold') {
    const lines = [{ sku: 'S1', quantity: 1, amount: 89_000 }];
    return this.book.record('sale.log', { customer_id: null, lines, currency: 'KRW', occurred_at: '2026-11-21T03:00:00Z', note });
  }

  names(query: string): string[] {
    return this.book.findCustomers(query, 50).hits.map(({ row }) => row.name);
  }

  close(): void {
    this.guard.close();
  }

  static closeAll(): void {
    for (const tab of LockedTab.open.splice(0)) tab.close();
  }
}
