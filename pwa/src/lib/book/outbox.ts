import type { Mutation, OutboxStore, Receipted } from '$lib/vault';
import { subjectOf } from './reconcile';
import type { OutboxEntry, PushResult, SyncProblem } from './types';

type Receipt = Receipted<PushResult>;

/** Receipts listed on the screen; the journal on the disk holds all of fourteen days. */
const LISTED = 200;

/** What was done on this tablet, in memory: what waits, what is receipted, and what of it still shows on rows. */
export class Outbox {
  readonly #store: OutboxStore;
  readonly #onChange: () => void;
  #waiting = new Map<string, Mutation>();
  readonly #sending = new Set<string>();
  readonly #stalled = new Map<string, SyncProblem>();
  #journal: Receipt[] = [];
  /** Applied by the server, but the row that says so has not been pulled yet. */
  #applied: Mutation[] = [];

  constructor(store: OutboxStore, onChange: () => void) {
    this.#store = store;
    this.#onChange = onChange;
  }

  async load(now: number): Promise<void> {
    this.#journal = await this.#store.journal<PushResult>(now);
    await this.refresh();
  }

  /** Reads again what waits: another tab may have added or sent something. */
  async refresh(): Promise<void> {
    const before = new Set(this.#waiting.keys());
    const stored = (await this.#store.waiting()).map((mutation) => [mutation.id, mutation] as const);
    // What was recorded while the disk was being read is on it, but not in what was read.
    const recorded = [...this.#waiting].filter(([id]) => !before.has(id));
    this.#waiting = new Map([...stored, ...recorded]);
  }

  /**
   * Follows another tab that sent something: what left the outbox there lies in the journal. What was applied goes on
   * showing on its row until the row itself has come.
   */
  async reload(now: number): Promise<void> {
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
    const recorded = await this.#store.record(mutation);
    this.#waiting.set(recorded.id, recorded);
    this.#onChange();
    return recorded;
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
  async settle(results: readonly { mutation: Mutation; result: PushResult }[], at: number = Date.now()): Promise<void> {
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

  /** What waits and what was receipted lately, by seq. */
  get entries(): OutboxEntry[] {
    const receipted = this.#journal.slice(-LISTED).map(({ mutation, result }): OutboxEntry => ({ ...mutation, state: result.status, result }));
    const waiting = this.waiting.map((mutation): OutboxEntry => {
      const problem = this.#stalled.get(mutation.id);
      const state = this.#sending.has(mutation.id) ? 'sending' : 'waiting';
      return { ...mutation, state, ...(problem === undefined ? {} : { problem }) };
    });
    return [...receipted, ...waiting].sort((one, other) => one.seq - other.seq);
  }
}
