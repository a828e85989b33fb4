import { api, call } from '$lib/api';
import { m } from '$lib/i18n/paraglide/messages';
import { messageStateName } from '$lib/i18n/words';
import type { UnitNames } from '../shared/stores';

export interface Batch {
  id: string;
  name: string;
  channel: string;
  purpose: string;
  sender: string | null;
  state: string;
  reason_text: string | null;
  by: string | null;
  paused_at: string | null;
  created_at: string;
  size: number;
  left: number;
  counts: Record<string, number>;
  per_minute: number;
  seconds_left: number | null;
}

export interface Lane {
  channel: string;
  sender: string | null;
  rate: number | null;
  paused_at: string | null;
  reason_text: string | null;
  by: string | null;
}

/** GET /sending */
export interface Sending {
  stopped: { channel: string; note: string | null; stopped_at: string; by: string | null }[];
  lanes: Lane[];
  senders: UnitNames[];
  batches: Batch[];
  doubtful: { sought: number; final: number };
}

export type Steer = 'pause' | 'resume' | 'cancel';

export const readSending = async () => (await call(api.GET('/api/v1/sending'))) as Sending;

/** Whether there is more to see in a moment. */
export const goesOn = ({ batches }: Sending) => batches.some(({ state, left }) => state === 'running' && left > 0);

export async function steer(batch: string, what: Steer): Promise<Sending> {
  const params = { path: { batch_id: batch } };
  if (what === 'pause') await call(api.POST('/api/v1/batches/{batch_id}/pause', { params }));
  else if (what === 'resume') await call(api.POST('/api/v1/batches/{batch_id}/resume', { params }));
  else await call(api.POST('/api/v1/batches/{batch_id}/cancel', { params }));
  return readSending();
}

export async function stopAll(note: string | null): Promise<Sending> {
  return (await call(api.POST('/api/v1/sending/stop', { body: { channel: null, note } }))) as Sending;
}

export async function startAll(): Promise<Sending> {
  return (await call(api.POST('/api/v1/sending/start', { body: { channel: null } }))) as Sending;
}

export async function setRate(sender: string | null, rate: number | null): Promise<Sending> {
  return (await call(api.PUT('/api/v1/sending/lanes', { body: { channel: 'sms', sender, rate, burst: null } }))) as Sending;
}

export async function pauseLane({ sender }: Lane, on: boolean): Promise<Sending> {
  const body = { channel: 'sms' as const, sender };
  const answer = on ? call(api.POST('/api/v1/sending/lanes/pause', { body })) : call(api.POST('/api/v1/sending/lanes/resume', { body }));
  return (await answer) as Sending;
}

/** Every sender with its lane; one that nothing was ever set for is as fast as can be. */
export function lanesOf({ lanes, senders }: Sending): Lane[] {
  const texts = lanes.filter(({ channel }) => channel === 'sms');
  const known = new Set(texts.map(({ sender }) => sender));
  const others = senders.filter(({ code }) => !known.has(code)).map(({ code }) => (
    { channel: 'sms', sender: code, rate: null, paused_at: null, reason_text: null, by: null }
  ));
  return [...texts, ...others];
}

const states: Record<string, () => string> = {
  running: m.batch_running, paused: m.batch_paused, canceled: m.batch_canceled, done: m.batch_done,
};

export function batchStateName(state: string): string {
  return (states[state] ?? m.batch_running)();
}

/** How many messages are where, in words, the most first. */
export function countWords(counts: Record<string, number>, number: (value: number) => string): string {
  const some = Object.entries(counts).filter(([, count]) => count > 0).sort(([, one], [, other]) => other - one);
  return some.map(([state, count]) => `${messageStateName(state)} ${number(count)}`).join(' · ');
}
