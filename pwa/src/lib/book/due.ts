import { byLateness, dueOf, type Due } from '$lib/rhythm';
import type { Collection } from './collection';
import type { CustomerRow, DueAnswer } from './types';

const FIELDS = ['last_purchase_on', 'cycle_days', 'points'] as const;

/** Who is due on a day among the customers of this tablet: at most `limit` of each group, with how many there are. */
export function whoIsDue(customers: Collection<CustomerRow>, today: string, limit: number): DueAnswer {
  const groups: Record<Due['group'], { due: Due; read: () => CustomerRow }[]> = { late: [], soon: [] };
  for (const { values, read } of customers.scan(FIELDS)) {
    const [last_purchase_on, cycle_days, points] = values as [string | null, number | null, number];
    const due = dueOf({ last_purchase_on, cycle_days, points }, today);
    if (due !== null) groups[due.group].push({ due, read });
  }
  const best = (group: Due['group']) => ({
    total: groups[group].length,
    rows: groups[group].sort((one, other) => byLateness(one.due, other.due)).slice(0, limit).map(({ read }) => read()),
  });
  return { today, late: best('late'), soon: best('soon') };
}
