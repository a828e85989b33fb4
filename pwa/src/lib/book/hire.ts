/** The book's worker. It looks into nothing before it is asked to. */
export const hire = (): Worker => new Worker(new URL('./worker.ts', import.meta.url), { type: 'module', name: 'book' });

let early: Worker | null = null;

/** Hires it before anything asks: its script is fetched and compiled while the screens are. */
export function hireEarly(): void {
  early = hire();
}

/** The one that was hired early, once; otherwise a new one. */
export function takeWorker(): Worker {
  const worker = early ?? hire();
  early = null;
  return worker;
}
