import { api, call, type components } from '$lib/api';
import { m } from '$lib/i18n/paraglide/messages';

/** A file that waits to be imported, as the server reads it. */
export type ImportFile = components['schemas']['ImportFile'];
export type ImportRun = components['schemas']['ImportRun'];
export type ImportProblem = components['schemas']['ImportProblem'];

/** How a file is to be read, as the desk settles it. */
export interface Reading {
  columns: (string | null)[];
  key: string | null;
  source: string;
  encoding: string | null;
  sheet: string | null;
  keep_going_fields: boolean;
  save_profile: string | null;
}

export interface Look {
  encoding?: string;
  sheet?: string;
  profile?: string;
}

const states: Record<string, () => string> = {
  waiting: m.import_state_waiting, running: m.import_state_running, undoing: m.import_state_undoing, finished: m.import_state_finished,
  undone: m.import_state_undone, failed: m.import_state_failed, stopped: m.import_state_stopped,
};

export function stateName(state: string): string {
  return (states[state] ?? m.import_state_failed)();
}

/** Whether the worker has something to do with it. */
export function isBusy(run: ImportRun): boolean {
  return ['waiting', 'running', 'undoing'].includes(run.state);
}

/** The keys that the chosen columns allow, in the server's order. */
export function possibleKeys(file: ImportFile, columns: readonly (string | null)[]): string[] {
  return Object.entries(file.keys).filter(([, needed]) => needed.every((field) => columns.includes(field))).map(([key]) => key);
}

export function look(id: string, how: Look): Promise<ImportFile> {
  return call(api.GET('/api/v1/imports/uploads/{upload_id}', { params: { path: { upload_id: id }, query: how as never } }));
}

export function ask(id: string, reading: Reading, dryRun: boolean): Promise<ImportRun> {
  const body = { ...reading, dry_run: dryRun } as never;
  return call(api.POST('/api/v1/imports/uploads/{upload_id}/runs', { params: { path: { upload_id: id } }, body }));
}

export function readRun(id: string): Promise<ImportRun> {
  return call(api.GET('/api/v1/imports/runs/{run_id}', { params: { path: { run_id: id } } }));
}

export function tell(id: string, what: 'stop' | 'resume' | 'undo'): Promise<ImportRun> {
  const params = { params: { path: { run_id: id } } };
  if (what === 'stop') return call(api.POST('/api/v1/imports/runs/{run_id}/stop', params));
  if (what === 'resume') return call(api.POST('/api/v1/imports/runs/{run_id}/resume', params));
  return call(api.POST('/api/v1/imports/runs/{run_id}/undo', params));
}
