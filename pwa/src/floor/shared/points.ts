import type { OutboxEntry, ProgrammeRow } from '$lib/book';

/** What somebody may pay with now. Points that wait to be sent are taken off already. */
export interface Allowance {
  /** What the copy knows of her balance, less what waits. */
  readonly balance: number;
  /** The most that this tablet takes without the server; null while it reaches it. */
  readonly most: number | null;
  /** What sets `most`: her balance, or a limit for a sale, a member, or all that waits. */
  readonly because: 'balance' | 'sale' | 'member' | 'lease' | null;
}

/** Points by which member the server has not heard of yet. */
export function unsentPoints(outbox: readonly OutboxEntry[]): Map<string, number> {
  const found = new Map<string, number>();
  for (const { kind, state, data } of outbox) {
    if (kind !== 'sale.log' || (state !== 'waiting' && state !== 'sending')) continue;
    const { customer_id: customer = null, points_redeemed: points = 0 } = data as { customer_id?: string | null; points_redeemed?: number };
    if (customer !== null && points > 0) found.set(customer, (found.get(customer) ?? 0) + points);
  }
  return found;
}

/** Whether this is more than the tablet takes without the server. */
export function exceeds(allowance: Allowance | null, points: number): boolean {
  const most = allowance?.most ?? null;
  return most !== null && points > most;
}

/**
 * How many points a member may pay with. While the server is reached it checks them itself; without it the tablet takes no
 * more than the balance it knows and the limits that the house sets: the next tablet cannot know of it either.
 */
export function allowanceOf(
  customer: { readonly id: string; readonly points: number },
  outbox: readonly OutboxEntry[],
  programme: ProgrammeRow | null,
  online: boolean,
): Allowance {
  const unsent = unsentPoints(outbox);
  const own = unsent.get(customer.id) ?? 0;
  const balance = customer.points - own;
  if (online) return { balance, most: null, because: null };
  const all = [...unsent.values()].reduce((sum, points) => sum + points, 0);
  const left = (limit: number | null | undefined, used: number): number => (limit === null || limit === undefined ? Infinity : limit - used);
  const limits: readonly (readonly [Exclude<Allowance['because'], null>, number])[] = [
    ['balance', balance],
    ['sale', left(programme?.offline_per_sale, 0)],
    ['member', left(programme?.offline_per_member, own)],
    ['lease', left(programme?.offline_per_lease, all)],
  ];
  const [because, most] = limits.reduce((least, each) => (each[1] < least[1] ? each : least));
  return { balance, most: Math.max(0, most), because };
}
