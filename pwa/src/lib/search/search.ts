import type { IndexSpec } from './fields';
import { parseQuery, type Term } from './query';
import { MISS } from './score';
import type { Segment } from './segment';

/** A row of a segment. */
export interface Place<S> {
  source: S;
  row: number;
}

export interface Found<S> {
  terms: Term[];
  /** The best matches, best first. */
  places: Place<S>[];
  /** All matches. */
  total: number;
}

/** Anything that brings a segment along: a block, the overlay. */
export interface Searchable {
  readonly segment: Segment;
}

/** Ranks below one score by day: days since 1970 fit in these. */
const DAYS = 0x10000;
/** Above every rank; a small integer, since engines keep those apart from doubles. */
const NO_BAR = 0x3fffffff;

let scores = new Uint8Array(4096);
let scratch = new Uint8Array(4096);
/** The scores four at a time: most rows match nothing, and four misses are passed over in one step. */
let fours = new Uint32Array(scores.buffer);
const FOUR_MISSES = 0xffffffff;

/** The best `limit` rows of all sources for a query: by exactness, then by the most recent day, then in stored order. */
export function search<S extends Searchable>(
  spec: IndexSpec, sources: Iterable<S>, query: string, limit: number,
): Found<S> {
  const terms = parseQuery(query, spec.fields.some(({ kind }) => kind === 'phone'));
  const best = new Best<S>(limit);
  if (terms.length > 0) {
    for (const source of sources) {
      const { segment } = source;
      reserve(segment.rows);
      segment.score(terms, scores, scratch);
      collect(source, best);
    }
  }
  return { terms, places: best.places, total: best.total };
}

function collect<S extends Searchable>(source: S, best: Best<S>): void {
  const { rows, dead, day } = source.segment;
  // Locals: a loop over module variables and fields reads them anew for every row.
  const found = scores;
  const quads = fours;
  let bar = best.bar;
  let matches = 0;
  for (let four = 0; four * 4 < rows; four++) {
    if (quads[four] === FOUR_MISSES) continue;
    for (let row = four * 4, end = Math.min(row + 4, rows); row < end; row++) {
      const score = found[row]!;
      if (score === MISS || dead[row] === 1) continue;
      matches++;
      const rank = score * DAYS - day[row]!;
      if (rank < bar) bar = best.keep(rank, source, row);
    }
  }
  best.total += matches;
}

function reserve(rows: number): void {
  if (scores.length >= rows) return;
  const room = Math.ceil(rows / 4) * 4;
  scores = new Uint8Array(room);
  scratch = new Uint8Array(room);
  fours = new Uint32Array(scores.buffer);
}

/** Keeps the `limit` lowest ranks, in order; of equal ranks the one that came first. */
class Best<S> {
  total = 0;
  /** What a rank must be below to be kept. */
  bar: number;
  readonly places: Place<S>[] = [];
  readonly #ranks: number[] = [];
  readonly #limit: number;

  constructor(limit: number) {
    this.#limit = limit;
    this.bar = limit > 0 ? NO_BAR : -NO_BAR;
  }

  /** Keeps a row whose rank is below `bar`; returns the new bar. */
  keep(rank: number, source: S, row: number): number {
    const ranks = this.#ranks;
    let at = ranks.length;
    while (at > 0 && ranks[at - 1]! > rank) at--;
    ranks.splice(at, 0, rank);
    this.places.splice(at, 0, { source, row });
    if (ranks.length > this.#limit) {
      ranks.pop();
      this.places.pop();
    }
    if (ranks.length === this.#limit) this.bar = ranks[this.#limit - 1]!;
    return this.bar;
  }
}
