import { byLateness, dueOf, type Due } from '$lib/rhythm';
import type { Collection } from './collection';
import type { CustomerRow, CycleRow, DueAnswer, DueEntry, DuePart, Outlook, RiskRow, StoreRow } from './types';

const FIELDS = ['id', 'last_purchase_on', 'cycle_days', 'purchase_gaps', 'points', 'home_store', 'suspended'] as const;
type Values = [string, string | null, number | null, number[] | null, number, string | null, boolean | null];
/** From so many purchase days on a member has a cycle of her own. */
const MOST_DAYS = 3;

/** The rows of the copy that the list is made of. */
export interface DueCopy {
  readonly customers: Collection<CustomerRow>;
  readonly risks: Collection<RiskRow>;
  readonly cycles: Collection<CycleRow>;
  readonly stores: Collection<StoreRow>;
}

export interface DueAsked {
  readonly today: string;
  /** Rows of each group at most. */
  readonly limit: number;
  /** Whom entries that wait take off the list of those at risk. */
  readonly off: ReadonlySet<string>;
  /** Who was asked today: she need not be looked at as late as well. */
  readonly asked: ReadonlySet<string>;
}

/** Twice the cycle in days of members like one, for who has none of her own; by her home store's unit. */
class SimilarCycles {
  readonly #units: Map<string, string>;
  readonly #cycles: Map<string, number>;

  constructor({ stores, cycles }: Pick<DueCopy, 'stores' | 'cycles'>) {
    this.#units = new Map([...stores.all()].map(({ code, business_unit }) => [code, business_unit]));
    this.#cycles = new Map([...cycles.all()].map(({ unit, purchase_days, cycle_twice }) => [`${unit}:${purchase_days}`, cycle_twice]));
  }

  of(row: Pick<CustomerRow, 'home_store' | 'purchase_gaps' | 'last_purchase_on'>): number | null {
    const unit = this.#units.get(row.home_store ?? '');
    const days = row.last_purchase_on === null ? 0 : Math.min(MOST_DAYS, row.purchase_gaps.length + 1);
    return unit === undefined ? null : (this.#cycles.get(`${unit}:${days}`) ?? null);
  }
}

/** Who is at risk and who is due on a day among the customers of this tablet, with how many there are of each. */
export function whoIsDue(copy: DueCopy, asked: DueAsked): DueAnswer {
  const similar = new SimilarCycles(copy);
  const risks = [...copy.risks.all()].filter(({ id }) => !asked.off.has(id));
  const groups = expected(copy.customers, similar, new Set([...risks.map(({ id }) => id), ...asked.asked]), asked.today);
  const best = (group: Due['group']): DuePart => ({
    total: groups[group].length,
    rows: groups[group]
      .sort((one, other) => byLateness(one.due, other.due))
      .slice(0, asked.limit)
      .map(({ read }) => entryOf(read(), similar, null)),
  });
  return {
    today: asked.today,
    scored: copy.risks.size > 0,
    risk: atRisk(copy.customers, risks, similar, asked.limit),
    late: best('late'),
    soon: best('soon'),
  };
}

/** What of one customer depends on others: members like her, and what the models say. */
export function outlookOf(copy: DueCopy, id: string, off: ReadonlySet<string>): Outlook {
  const row = copy.customers.get(id);
  const risk = off.has(id) || row?.suspended === true ? null : copy.risks.get(id);
  return { similar: row === null ? null : new SimilarCycles(copy).of(row), risk };
}

/** By what is at stake; whom this tablet does not hold it cannot call. */
function atRisk(customers: Collection<CustomerRow>, risks: RiskRow[], similar: SimilarCycles, limit: number): DuePart {
  const found: DueEntry[] = [];
  for (const risk of risks.sort((one, other) => other.stake - one.stake || one.chance - other.chance || (one.id < other.id ? -1 : 1))) {
    const row = customers.get(risk.id);
    if (row !== null && row.suspended !== true) found.push(entryOf(row, similar, risk));
  }
  return { total: found.length, rows: found.slice(0, limit) };
}

function expected(
  customers: Collection<CustomerRow>, similar: SimilarCycles, without: ReadonlySet<string>, today: string,
): Record<Due['group'], { due: Due; read: () => CustomerRow }[]> {
  const groups: Record<Due['group'], { due: Due; read: () => CustomerRow }[]> = { late: [], soon: [] };
  for (const { values, read } of customers.scan(FIELDS)) {
    const [id, last_purchase_on, cycle_days, gaps, points, home_store, suspended] = values as Values;
    if (last_purchase_on === null || without.has(id)) continue;
    const facts = { last_purchase_on, cycle_days, purchase_gaps: gaps ?? [], points, home_store, suspended: suspended === true };
    const due = dueOf(facts, today, cycle_days === null ? similar.of(facts) : null);
    if (due !== null) groups[due.group].push({ due, read });
  }
  return groups;
}

function entryOf(row: CustomerRow, similar: SimilarCycles, risk: RiskRow | null): DueEntry {
  return { row, similar: similar.of(row), risk };
}
