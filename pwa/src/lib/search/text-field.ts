import { END, foldInto, isWordBound, SEPARATOR } from './fold';
import { initialOf } from './hangul';
import type { Pattern, Term } from './query';
import { EXACT, PART, PART_INITIALS, START, START_INITIALS } from './score';

/** The folded texts of one field, one behind the other, each ended by END. */
export interface TextField {
  kind: 'text';
  field: string;
  text: Uint16Array;
  /** Where the text of each row begins; one more than there are rows. */
  starts: Uint32Array;
  /**
   * Where a match may begin — each word, and inside a word each unit that is not Latin — by the bucket of the unit that
   * stands there, ascending within a bucket.
   */
  places: Uint32Array;
  /** Where each bucket begins in `places`; one more than there are buckets. */
  buckets: Uint32Array;
}

const BUCKETS = 64;

/** Syllables by their initial, everything else by its last bits: a pattern begins in one bucket and looks nowhere else. */
function bucketOf(unit: number): number {
  const initial = initialOf(unit);
  return initial < 0 ? unit & 31 : 32 + initial;
}

/** `values[row]` is the text of that row or null. */
export function buildTextField(field: string, values: readonly unknown[]): TextField {
  let length = values.length;
  for (const value of values) if (typeof value === 'string') length += value.length;
  const text = new Uint16Array(length);
  const starts = new Uint32Array(values.length + 1);
  let at = 0;
  for (let row = 0; row < values.length; row++) {
    starts[row] = at;
    const value = values[row];
    if (typeof value === 'string') at = foldInto(value, text, at);
    text[at++] = END;
  }
  starts[values.length] = at;
  return { kind: 'text', field, text, starts, ...sortPlaces(text) };
}

/** A counting sort: once to count the places of each bucket, once to put them there. */
function sortPlaces(text: Uint16Array): { places: Uint32Array; buckets: Uint32Array } {
  const next = new Uint32Array(BUCKETS + 1);
  eachPlace(text, (bucket) => next[bucket + 1]!++);
  for (let bucket = 0; bucket < BUCKETS; bucket++) next[bucket + 1]! += next[bucket]!;
  const buckets = next.slice();
  const places = new Uint32Array(buckets[BUCKETS]!);
  eachPlace(text, (bucket, at) => (places[next[bucket]!++] = at));
  return { places, buckets };
}

function eachPlace(text: Uint16Array, visit: (bucket: number, at: number) => void): void {
  let inWord = false;
  for (let at = 0, length = text.length; at < length; at++) {
    const unit = text[at]!;
    const letter = unit !== SEPARATOR && unit !== END;
    if (letter && !(inWord && isWordBound(unit))) visit(bucketOf(unit), at);
    inWord = letter;
  }
}

/** Lowers `best[row]` to the score of the term in this field wherever it matches better. */
export function scanText(field: TextField, term: Term, best: Uint8Array): void {
  term.patterns.forEach((pattern, i) => {
    // The first pattern is what was typed; a further one, what it may become, ranks with initial consonants.
    scanPattern(field, pattern, i === 0 && !term.initials ? term.text : null, best);
  });
}

function scanPattern(field: TextField, pattern: Pattern, asTyped: string | null, best: Uint8Array): void {
  const { text, starts, places, buckets } = field;
  const low = pattern.low[0]!;
  const high = pattern.high[0]!;
  const bucket = bucketOf(low);
  let row = 0;
  // Index loops: `for … of` over a typed array costs several times as much.
  for (let place = buckets[bucket]!, last = buckets[bucket + 1]!; place < last; place++) {
    const at = places[place]!;
    const unit = text[at]!;
    if (unit < low || unit > high) continue;
    const end = matchEnd(text, at, pattern);
    if (end < 0) continue;
    while (starts[row + 1]! <= at) row++;
    const score = scoreText(text, starts[row]!, at, end, asTyped);
    if (score < best[row]!) best[row] = score;
  }
}

/** Position behind the match of `pattern` at `at`, or -1. Separators inside the text are stepped over. */
export function matchEnd(text: Uint16Array, at: number, { low, high }: Pattern): number {
  let position = at;
  for (let i = 0, length = low.length; i < length; i++) {
    let unit = text[position]!;
    while (unit === SEPARATOR && i > 0) unit = text[++position]!;
    if (unit < low[i]! || unit > high[i]!) return -1;
    position++;
  }
  return position;
}

function scoreText(text: Uint16Array, start: number, at: number, end: number, asTyped: string | null): number {
  if (asTyped === null) return at === start ? START_INITIALS : PART_INITIALS;
  if (at !== start) return PART;
  return text[end] === END && spells(text, start, asTyped) ? EXACT : START;
}

/** Whether the text is what was typed, not only something that it may still become. */
function spells(text: Uint16Array, start: number, typed: string): boolean {
  let position = start;
  for (let i = 0; i < typed.length; i++) {
    while (text[position] === SEPARATOR) position++;
    if (text[position++] !== typed.charCodeAt(i)) return false;
  }
  return true;
}

/** The first match of the term in one text, as [start, end), or null. For marking, not for searching. */
export function findInText(value: string, term: Term): [start: number, end: number] | null {
  const text = new Uint16Array(value.length + 1);
  text[foldInto(value, text, 0)] = END;
  let found: [number, number] | null = null;
  eachPlace(text, (_, at) => {
    for (const pattern of found === null ? term.patterns : []) {
      const end = matchEnd(text, at, pattern);
      if (end >= 0) found ??= [at, end];
    }
  });
  return found;
}
