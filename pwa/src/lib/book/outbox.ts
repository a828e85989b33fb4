import type { Mutation, OutboxStore, Receipted, Sealer } from '$lib/vault';
import { isPersonsWork } from './background';
import { BookError } from './errors';
import { subjectOf } from './reconcile';
import type { OutboxEntry, PushResult, SyncProblem } from './types';
import { uuid7 } from './uuid';

export type Receipt = Receipted<PushResult>;

/** Receipts listed on the screen; the journal on the disk holds all of fourteen days. */
const LISTED = 200;
/** Clocks differ a little: what was receipted shortly before a backup is sent again too. */
const MARGIN = 5 * 60_000;

/** What was done on this tablet, in memory: what waits, what is receipted, and what of it still shows on rows. */
export class Outbox {
  readonly #store: OutboxStore;
  readonly #onChange: () => void;
  /** The server's clock as far as the tablet knows it, milliseconds. */
  readonly #clock: () => number;
  #waiting = new Map<string, Mutation>();
  readonly #sending = new Set<string>();
  readonly #stalled = new Map<string, SyncProblem>();
  #journal: Receipt[] = [];
  /** Applied by the server, but the row that says so has not been pulled yet. */
  #applied: Mutation[] = [];
  #sealer: Sealer | null = null;

  constructor(store: OutboxStore, onChange: () => void, clock: () => number = Date.now) {
    this.#store = store;
    this.#onChange = onChange;
    this.#clock = clock;
  }

  async load(now: number = this.#clock()): Promise<void> {
    const known = new Map(this.#journal.map((receipt) => [receipt.mutation.id, receipt]));
    this.#journal = await this.#store.journal<PushResult>(now, known);
    await this.refresh();
  }

  /** From here on everything is sealed with this as well, what waits already included. */
  async sealWith(sealer: Sealer): Promise<void> {
    this.#sealer = sealer;
    await this.#store.sealAll(this.waiting, sealer);
  }

  /** Reads again what waits: another tab may have added or sent something. */
  async refresh(): Promise<void> {
    const before = new Set(this.#waiting.keys());
    const stored = (await this.#store.waiting(this.#waiting)).map((mutation) => [mutation.id, mutation] as const);
    // What was recorded while the disk was being read is on it, but not in what was read.
    const recorded = [...this.#waiting].filter(([id]) => !before.has(id));
    this.#waiting = new Map([...stored, ...recorded]);
  }

  /**
   * Follows another tab that sent something: what left the outbox there lies in the journal. What was applied goes on
   * showing on its row until the row itself has come.
   */
  async reload(now: number = this.#clock()): Promise<void> {
    const known = new Set(this.#journal.map(({ mutation }) => mutation.id));
    await this.load(now);
    for (const { mutation, result } of this.#journal) {
      if (result.status === 'applied' && !known.has(mutation.id)) this.#applied.push(mutation);
    }
    this.#onChange();
  }

  /** By seq. */
  get waiting(): Mutation[] {
    return [...this.#waiting.values()];
  }

  /** Resolves when the mutation is durable. */
  async record(mutation: Omit<Mutation, 'seq'>): Promise<Mutation> {
    return this.#recorded(await this.#store.record(mutation, this.#sealer));
  }

  #recorded(recorded: Mutation): Mutation {
    this.#waiting.set(recorded.id, recorded);
    this.#onChange();
    return recorded;
  }

  /** Sends a refused entry again under a new id; the old one counts as seen. Both or neither are on the disk. */
  async resend(id: string, staff: string, data: unknown): Promise<{ again: Mutation; seen: Receipt }> {
    const receipt = this.#receipt(id);
    const now = new Date().toISOString();
    const { kind } = receipt.mutation;
    const again = { id: uuid7(), kind, staff, at: now, data: data ?? receipt.mutation.data };
    const seen: Receipt = { ...receipt, seenAt: now, resentAs: again.id };
    const recorded = await this.#store.record(again, this.#sealer, seen);
    this.follow(seen);
    return { again: this.#recorded(recorded), seen };
  }

  /** Marks what came of an entry as seen. */
  async dismiss(id: string): Promise<Receipt> {
    const seen: Receipt = { ...this.#receipt(id), seenAt: new Date().toISOString() };
    await this.#store.note(seen);
    this.follow(seen);
    return seen;
  }

  #receipt(id: string): Receipt {
    const receipt = this.#journal.find(({ mutation }) => mutation.id === id);
    if (receipt === undefined) throw new BookError('unknown_entry', 'This entry has no receipt, or is older than two weeks.');
    return receipt;
  }

  /** Takes what the journal on the disk now says of an entry. */
  follow(receipt: Receipt): void {
    this.#journal = this.#journal.map((each) => (each.mutation.id === receipt.mutation.id ? receipt : each));
    this.#onChange();
  }

  /**
   * Puts everything that the server forgot with a restore back among what waits: what it receipted after `restoredTo`
   * (all of it when that is unknown). What it had refused comes along unless a person has dealt with it. How many.
   */
  async requeue(restoredTo: number | null): Promise<number> {
    const from = restoredTo === null ? -Infinity : restoredTo - MARGIN;
    const settled = ({ result, seenAt, resentAs }: Receipt) => result.status === 'rejected' && (seenAt ?? resentAs) !== undefined;
    const forgotten = this.#journal.filter((receipt) => receipt.at > from && !settled(receipt));
    if (forgotten.length === 0) return 0;
    await this.#store.requeue(forgotten, this.#sealer);
    const ids = new Set(forgotten.map(({ mutation }) => mutation.id));
    this.#journal = this.#journal.filter(({ mutation }) => !ids.has(mutation.id));
    const all = [...this.#waiting.values(), ...forgotten.map(({ mutation }) => mutation)];
    this.#waiting = new Map(all.sort((one, other) => one.seq - other.seq).map((mutation) => [mutation.id, mutation]));
    this.#onChange();
    return forgotten.length;
  }

  sending(batch: readonly Mutation[], on: boolean): void {
    for (const { id } of batch) {
      if (on) this.#sending.add(id);
      else this.#sending.delete(id);
    }
    this.#onChange();
  }

  /** Notes why an item did not get a receipt. It is sent again with the next push. */
  stall({ id }: Mutation, problem: SyncProblem): void {
    this.#stalled.set(id, problem);
    this.#onChange();
  }

  /** Takes receipts: on the disk first, then in memory. */
  async settle(results: readonly { mutation: Mutation; result: PushResult }[], at: number = this.#clock()): Promise<void> {
    const receipts = results.map((each) => ({ ...each, at }));
    await this.#store.settle(receipts);
    for (const { mutation, result } of receipts) {
      this.#waiting.delete(mutation.id);
      this.#stalled.delete(mutation.id);
      // A refused or disputed edit shows what the server holds at once.
      if (result.status === 'applied') this.#applied.push(mutation);
    }
    this.#journal.push(...receipts);
    this.#onChange();
  }

  /** Mutations applied so far whose rows a pull that begins now will bring. */
  get applied(): readonly Mutation[] {
    return [...this.#applied];
  }

  /** The rows of these have been pulled. */
  arrived(ids: readonly string[]): void {
    const arrived = new Set(ids);
    this.#applied = this.#applied.filter(({ id }) => !arrived.has(id));
  }

  /** Everything that shows on rows, by the customer it concerns. */
  effects(): Map<string, Mutation[]> {
    const effects = new Map<string, Mutation[]>();
    for (const mutation of [...this.#applied, ...this.#waiting.values()]) {
      const subject = subjectOf(mutation);
      if (subject !== null) effects.set(subject, [...(effects.get(subject) ?? []), mutation]);
    }
    return effects;
  }

  /** The first trouble with an item, or null. */
  get trouble(): SyncProblem | null {
    return this.#stalled.values().next().value ?? null;
  }

  /** What people did that waits or was receipted lately, by seq. */
  get entries(): OutboxEntry[] {
    const listed = this.#journal.filter(({ mutation }) => isPersonsWork(mutation)).slice(-LISTED);
    const receipted = listed.map(({ mutation, result, seenAt }): OutboxEntry => {
      return { ...mutation, state: result.status, result, ...(seenAt === undefined ? {} : { seenAt }) };
    });
    const waiting = this.waiting.filter(isPersonsWork).map((mutation): OutboxEntry => {
      const problem = this.#stalled.get(mutation.id);
      const state = this.#sending.has(mutation.id) ? 'sending' : 'waiting';
      return { ...mutation, state, ...(problem === undefined ? {} : { problem }) };
    });
    return [...receipted, ...waiting].sort((one, other) => one.seq - other.seq);
  }
}
