import { OFFLINE, ApiProblem, type SyncServer } from '$lib/api/sync';
import type { SealedItem, SealedStore } from '$lib/vault';
import { isResult } from './receipts';

const BATCH = 200;

/** Sends sealed items; those with a receipt leave the store. How many did. What the server cannot open stays. */
export async function sendSealed(server: SyncServer, store: SealedStore, items: readonly SealedItem[]): Promise<number> {
  let sent = 0;
  for (let at = 0; at < items.length; at += BATCH) {
    const batch = items.slice(at, at + BATCH);
    const done = receipted(batch, await server.sealed(batch, true));
    if (done.length > 0) await store.sent(done);
    sent += done.length;
  }
  return sent;
}

function receipted(batch: readonly SealedItem[], results: readonly unknown[]): string[] {
  const sent = new Set(batch.map(({ id }) => id));
  return results
    .filter(isResult)
    .filter(({ id, status, code }) => sent.has(id) && !(status === 'rejected' && code === 'cannot_open'))
    .map(({ id }) => id);
}

/** What the server says to a tablet that is no longer one of its own. */
export interface Revocation {
  /** Whether it takes what waits. */
  takesOutbox: boolean;
  /** Which life of its database this is; null where it does not say. */
  epoch: string | null;
}

/** What a problem says of this tablet's withdrawal, or null. */
export function revocation(problem: unknown): Revocation | null {
  if (!(problem instanceof ApiProblem) || problem.code !== 'device_revoked') return null;
  const { accept_outbox, epoch } = problem.body;
  return { takesOutbox: accept_outbox === true, epoch: typeof epoch === 'string' ? epoch : null };
}

export function isOffline(problem: unknown): boolean {
  return problem instanceof ApiProblem && problem.code === OFFLINE;
}
