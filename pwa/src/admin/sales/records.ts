export interface SaleReturn {
  id: string;
  occurred_at: string;
  reason: string;
  /** `line` counts from 0, as the sale's lines do. */
  lines: { line: number; quantity: number }[];
}
