import { api, call } from '$lib/api';
import type { RuleData } from './new-rule.svelte';

/** GET /points/trials/ID */
export interface Trial {
  id: string;
  since: string;
  until: string;
  state: 'waiting' | 'running' | 'ready' | 'stopped' | 'failed';
  sales: number;
  total: number;
  result: {
    sales: number;
    members: number;
    sales_gaining: number;
    members_gaining: number;
    paid: number;
    points_now: number;
    points_then: number;
    units: { business_unit: string; points_now: number; points_then: number }[];
  } | null;
}

export function isUnderWay({ state }: Pick<Trial, 'state'>): boolean {
  return state === 'waiting' || state === 'running';
}

/** Asks what a rule would have done to last month's sales. */
export function askTrial(body: RuleData): Promise<Trial> {
  return call(api.POST('/api/v1/points/trials', { body })) as Promise<Trial>;
}

export function readTrial(id: string): Promise<Trial> {
  return call(api.GET('/api/v1/points/trials/{trial_id}', { params: { path: { trial_id: id } } })) as Promise<Trial>;
}

export function stopTrial(id: string): Promise<Trial> {
  return call(api.POST('/api/v1/points/trials/{trial_id}/stop', { params: { path: { trial_id: id } } })) as Promise<Trial>;
}
