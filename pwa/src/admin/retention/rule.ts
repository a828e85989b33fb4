/** How long one sort of thing is kept, and what would go now. */
export interface Rule {
  name: string;
  title_ko: string;
  title_en: string;
  least_months: number;
  /** null while the rule is off. */
  months: number | null;
  count: number;
  oldest: string | null;
  /** A few of the ids, the oldest first. */
  sample: string[];
  last_run: { taken: number; started_at: string; finished_at: string | null } | null;
}
