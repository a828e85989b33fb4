import type { OutboxEntry } from '$lib/book';
import type { DeviceMemory } from '$lib/i18n/device-memory';
import { needsLook } from '../shared/receipts';

/** Which of the server's answers someone at this tablet has looked at. Only the ids of records are remembered. */
export class Seen {
  #ids = $state.raw<ReadonlySet<string>>(new Set());
  readonly #memory: DeviceMemory;

  constructor(memory: DeviceMemory) {
    this.#memory = memory;
    const remembered = memory.read('seen');
    if (Array.isArray(remembered)) this.#ids = new Set(remembered.filter((id) => typeof id === 'string'));
  }

  /** Answers that still want a look, newest first. */
  open(outbox: readonly OutboxEntry[]): OutboxEntry[] {
    return outbox.filter((entry) => needsLook(entry) && !this.#ids.has(entry.id)).sort((one, other) => other.seq - one.seq);
  }

  /** Forgets ids whose records have left the journal, so that the list stays short. */
  mark(id: string, outbox: readonly OutboxEntry[]): void {
    const known = new Set(outbox.map((entry) => entry.id));
    this.#ids = new Set([...this.#ids, id].filter((kept) => known.has(kept)));
    this.#memory.write('seen', [...this.#ids]);
  }
}
