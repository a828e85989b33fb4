import { api, call } from '$lib/api';

/** A version in the list: how far its refresh is, and which horizons' models are in use. */
export interface ModelRun {
  id: string;
  version: number;
  as_of: string;
  state: string;
  problem: string | null;
  started_at: string;
  ended_at: string | null;
  members: number;
  purchases: number;
  looked: number;
  scored: number;
  released: number[];
}

export interface Figures {
  auc: number | null;
  floor: number | null;
  brier: number | null;
  brier_floor: number | null;
  slope: number | null;
  calibration_error: number | null;
}

export interface BacktestDay extends Figures {
  day: string;
  members: number;
  returned: number;
}

/** The model of returns within so many days. */
export interface Horizon {
  horizon: number;
  released: boolean;
  reasons: string[];
  days: BacktestDay[];
  mean: Figures;
}

export interface Model extends ModelRun {
  currency: string | null;
  buying: { r: number; alpha: number; a: number; b: number } | null;
  spending: { p: number; q: number; gamma: number } | null;
  horizons: Horizon[];
}

/** GET /insight/models */
export interface Models {
  current: Model | null;
  under_way: ModelRun | null;
  items: ModelRun[];
}

/** @throws ApiProblem */
export async function readModels(): Promise<Models> {
  return (await call(api.GET('/api/v1/insight/models'))) as Models;
}

/** Has the worker fit everything anew. @throws ApiProblem */
export async function refreshModels(): Promise<Models> {
  return (await call(api.POST('/api/v1/insight/models'))) as Models;
}

/** What the newest refresh failed for, as long as none succeeded since. */
export function failure({ items }: Models): string | null {
  const newest = items[0];
  return newest?.state === 'failed' ? (newest.problem ?? 'error') : null;
}

/** A measure as it stands in a table: so many decimals in every row. */
export function measure(value: number | null, digits = 3): string {
  return value === null ? '–' : value.toFixed(digits);
}
