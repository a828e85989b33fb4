import { ApiProblem, UNREADABLE, type SyncServer } from '$lib/api/sync';
import type { Mutation } from '$lib/vault';
import type { Outbox } from './outbox';
import { sortResults } from './receipts';

const BATCH = 200;
/** Refusals of a whole batch that one item of it may be to blame for. */
const BLAMES_CONTENT = new Set([400, 413, 422, 500]);
/** This many single items refused by a failing server, and none accepted: it is the server, not the items. */
const GIVE_UP_AFTER = 2;

/**
 * Sends everything that waits, in the order of `seq`. A batch that is refused as a whole is sent again in halves, so
 * that one bad record stays behind alone. Returns how many receipts came.
 */
export async function pushAll(server: SyncServer, outbox: Outbox): Promise<number> {
  await outbox.refresh();
  const waiting = outbox.waiting;
  const push = new Push(server, outbox);
  for (let at = 0; at < waiting.length; at += BATCH) await push.deliver(waiting.slice(at, at + BATCH));
  return push.receipts;
}

class Push {
  receipts = 0;
  #failedAlone = 0;
  readonly #server: SyncServer;
  readonly #outbox: Outbox;

  constructor(server: SyncServer, outbox: Outbox) {
    this.#server = server;
    this.#outbox = outbox;
  }

  async deliver(batch: readonly Mutation[]): Promise<void> {
    const answer = await this.#send(batch);
    if (!(answer instanceof ApiProblem)) await this.#settle(batch, answer);
    else if (batch.length > 1) await this.#halve(batch);
    else this.#stall(batch, answer);
  }

  /** The results, or the problem when it may lie with what was sent. Any other problem is thrown. */
  async #send(batch: readonly Mutation[]): Promise<unknown[] | ApiProblem> {
    this.#outbox.sending(batch, true);
    try {
      // Always with more to come: only the very last word of a tablet that leaves may be answered by clearing its storage.
      return await this.#server.push(batch, true);
    } catch (problem) {
      if (problem instanceof ApiProblem && BLAMES_CONTENT.has(problem.status)) return problem;
      throw problem;
    } finally {
      this.#outbox.sending(batch, false);
    }
  }

  async #settle(batch: readonly Mutation[], results: readonly unknown[]): Promise<void> {
    const { receipts, unreadable } = sortResults(batch, results);
    this.#failedAlone = 0;
    this.receipts += receipts.length;
    if (receipts.length > 0) await this.#outbox.settle(receipts);
    const problem = { code: UNREADABLE, detail: 'The server did not say what became of this.' };
    for (const mutation of unreadable) this.#outbox.stall(mutation, problem);
  }

  async #halve(batch: readonly Mutation[]): Promise<void> {
    const middle = Math.ceil(batch.length / 2);
    await this.deliver(batch.slice(0, middle));
    await this.deliver(batch.slice(middle));
  }

  #stall([mutation]: readonly Mutation[], problem: ApiProblem): void {
    if (mutation !== undefined) this.#outbox.stall(mutation, { code: problem.code, detail: problem.detail });
    if (problem.status === 500 && ++this.#failedAlone >= GIVE_UP_AFTER && this.receipts === 0) throw problem;
  }
}
