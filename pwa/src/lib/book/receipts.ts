import type { Mutation } from '$lib/vault';
import type { PushResult } from './types';

const STATUSES = new Set<unknown>(['applied', 'conflict', 'rejected']);

export interface Sorted {
  receipts: { mutation: Mutation; result: PushResult }[];
  /** Mutations that the answer says nothing readable about. They stay in the outbox, and a person is told. */
  unreadable: Mutation[];
}

/** Matches the results of a push to what was sent, by id. Anything that is not plainly a receipt is none. */
export function sortResults(sent: readonly Mutation[], results: readonly unknown[]): Sorted {
  const byId = new Map(results.filter(isResult).map((result) => [result.id, result]));
  const sorted: Sorted = { receipts: [], unreadable: [] };
  for (const mutation of sent) {
    const result = byId.get(mutation.id);
    if (result === undefined) sorted.unreadable.push(mutation);
    else sorted.receipts.push({ mutation, result });
  }
  return sorted;
}

/** Whether a value is plainly a receipt. */
export function isResult(value: unknown): value is PushResult {
  if (typeof value !== 'object' || value === null) return false;
  const { id, status } = value as Record<string, unknown>;
  return typeof id === 'string' && STATUSES.has(status);
}
