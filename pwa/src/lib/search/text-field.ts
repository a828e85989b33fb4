import { END, foldInto, SEPARATOR } from './fold';
import type { Pattern, Term } from './query';
import { EXACT, PART, PART_INITIALS, START, START_INITIALS } from './score';

/** The folded texts of one field, one behind the other, each ended by END. */
export interface TextField {
  kind: 'text';
  field: string;
  text: Uint16Array;
  /** Where the text of each row begins; one more than there are rows. */
  starts: Uint32Array;
  /** Where each word begins, ascending. */
  words: Uint32Array;
  /** The lowest and highest unit there is: Hangul need not be looked for in a column of Latin names. */
  lowest: number;
  highest: number;
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
  return { kind: 'text', field, text, starts, words: wordStarts(text), ...extremes(text) };
}

function extremes(text: Uint16Array): { lowest: number; highest: number } {
  let lowest = 0xffff;
  let highest = 0;
  for (const unit of text) {
    if (unit > highest) highest = unit;
    if (unit < lowest && unit > SEPARATOR) lowest = unit;
  }
  return { lowest, highest };
}

function wordStarts(text: Uint16Array): Uint32Array {
  const words: number[] = [];
  let previous = END;
  for (let at = 0; at < text.length; at++) {
    const unit = text[at] as number;
    if (unit !== SEPARATOR && unit !== END && (previous === SEPARATOR || previous === END)) words.push(at);
    previous = unit;
  }
  return Uint32Array.from(words);
}

/** Lowers `best[row]` to the score of the term in this field wherever it matches better. */
export function scanText(field: TextField, term: Term, best: Uint8Array): void {
  term.patterns.forEach((pattern, i) => {
    if ((pattern.low[0] as number) > field.highest || (pattern.high[0] as number) < field.lowest) return;
    // The first pattern is what was typed; a further one, what it may become, ranks with initial consonants.
    const asTyped = i === 0 && !term.initials ? term.text : null;
    if (term.wordStart) scanWords(field, pattern, asTyped, best);
    else scanEverywhere(field, pattern, asTyped, best);
  });
}

function scanWords(field: TextField, pattern: Pattern, asTyped: string | null, best: Uint8Array): void {
  const { text, starts, words } = field;
  const low = pattern.low[0] as number;
  const high = pattern.high[0] as number;
  let row = 0;
  // An index loop: `for … of` over a typed array costs several times as much.
  for (let word = 0, count = words.length; word < count; word++) {
    const at = words[word] as number;
    const unit = text[at] as number;
    if (unit < low || unit > high) continue;
    const end = matchEnd(text, at, pattern);
    if (end < 0) continue;
    while ((starts[row + 1] as number) <= at) row++;
    const score = scoreText(text, starts[row] as number, at, end, asTyped);
    if (score < (best[row] as number)) best[row] = score;
  }
}

function scanEverywhere(field: TextField, pattern: Pattern, asTyped: string | null, best: Uint8Array): void {
  const { text, starts } = field;
  const low = pattern.low[0] as number;
  const high = pattern.high[0] as number;
  let row = 0;
  for (let at = 0, length = text.length; at < length; at++) {
    const unit = text[at] as number;
    if (unit < low || unit > high) continue;
    const end = matchEnd(text, at, pattern);
    if (end < 0) continue;
    while ((starts[row + 1] as number) <= at) row++;
    const score = scoreText(text, starts[row] as number, at, end, asTyped);
    if (score < (best[row] as number)) best[row] = score;
  }
}

/** Position behind the match of `pattern` at `at`, or -1. Separators inside the text are stepped over. */
export function matchEnd(text: Uint16Array, at: number, { low, high }: Pattern): number {
  let position = at;
  for (let i = 0, length = low.length; i < length; i++) {
    let unit = text[position] as number;
    while (unit === SEPARATOR && i > 0) unit = text[++position] as number;
    if (unit < (low[i] as number) || unit > (high[i] as number)) return -1;
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
  const { text, words } = buildTextField('', [value]);
  const places = term.wordStart ? words : text.keys();
  for (const at of places) {
    for (const pattern of term.patterns) {
      const end = matchEnd(text, at, pattern);
      if (end >= 0) return [at, end];
    }
  }
  return null;
}
