/** How fast rows arrive and how long the rest takes. Pure. */

export interface Sample {
  /** Milliseconds, any origin. */
  readonly at: number;
  readonly loaded: number;
}

export interface Pace {
  /** Rows a second over the samples; null while there is nothing to measure. */
  readonly rate: number | null;
  readonly secondsLeft: number | null;
}

export function paceOf(samples: readonly Sample[], expected: number): Pace {
  const first = samples[0];
  const last = samples.at(-1);
  if (first === undefined || last === undefined || last.at <= first.at || last.loaded <= first.loaded) {
    return { rate: null, secondsLeft: null };
  }
  const rate = ((last.loaded - first.loaded) * 1000) / (last.at - first.at);
  return { rate, secondsLeft: Math.max(0, Math.ceil((expected - last.loaded) / rate)) };
}
