import { foldInto, SEPARATOR } from './fold';
import type { FieldSpec } from './fields';
import type { Term } from './query';
import { EXACT, MISS, PART, START } from './score';

type CodeSpec = Extract<FieldSpec, { kind: 'code' }>;

/** The folded codes of one field, one behind the other; a row has any number of them. */
export interface CodeField {
  kind: 'code';
  spec: CodeSpec;
  text: Uint16Array;
  /** Where each code begins; one more than there are codes. */
  starts: Uint32Array;
  /** The row of each code. */
  rows: Uint32Array;
  /** Length of the shortest code. */
  shortest: number;
  /** How many characters all codes begin with alike: cards of one issuer share their first digits. */
  common: number;
}

/** `values[row]` is a code, a list of codes or null. */
export function buildCodeField(spec: CodeSpec, values: readonly unknown[]): CodeField {
  const rows: number[] = [];
  const ends: number[] = [];
  let text = new Uint16Array(values.length * 16);
  let at = 0;
  let shortest = Infinity;
  values.forEach((value, row) => {
    for (const code of codesOf(value)) {
      if (at + code.length > text.length) text = grown(text, at + code.length);
      const start = at;
      at = withoutSeparators(text, start, foldInto(code, text, start));
      shortest = Math.min(shortest, at - start);
      rows.push(row);
      ends.push(at);
    }
  });
  const starts = Uint32Array.from([0, ...ends]);
  return { kind: 'code', spec, text: text.slice(0, at), starts, rows: Uint32Array.from(rows), shortest, common: commonStart(text, starts, shortest) };
}

function commonStart(text: Uint16Array, starts: Uint32Array, shortest: number): number {
  let common = shortest;
  for (let i = 1; i < starts.length - 1; i++) {
    const start = starts[i] as number;
    for (let k = 0; k < common; k++) if (text[start + k] !== text[k]) common = k;
  }
  return common;
}

function grown(text: Uint16Array<ArrayBuffer>, least: number): Uint16Array<ArrayBuffer> {
  const larger = new Uint16Array(Math.max(least, text.length * 2));
  larger.set(text);
  return larger;
}

/** Closes the gaps that separators leave between `start` and `end`; returns the new end. */
function withoutSeparators(text: Uint16Array, start: number, end: number): number {
  let to = start;
  for (let from = start; from < end; from++) if (text[from] !== SEPARATOR) text[to++] = text[from]!;
  return to;
}

/** A field's codes, whatever shape it has. */
export function codesOf(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  return Array.isArray(value) ? value.filter((code) => typeof code === 'string') : [];
}

export function scanCodes(field: CodeField, term: Term, best: Uint8Array): void {
  if (!term.latin || field.rows.length === 0) return;
  const { text, starts, rows, spec } = field;
  const typed = term.units;
  const byStart = typed.length >= spec.prefixFrom ? START : MISS;
  const byEnd = term.digits !== '' && typed.length >= spec.suffixFrom ? PART : MISS;
  if (typed.length < field.shortest && byStart === MISS && byEnd === MISS) return;
  // What all codes begin with is compared once and not for each of them.
  const shared = Math.min(field.common, typed.length);
  const begins = standsAt(text, 0, typed, 0, shared);
  if (!begins && byEnd === MISS) return;
  if (begins && typed.length === shared && typed.length < field.shortest && byStart !== MISS) {
    lowerAll(best, rows, byStart);
    return;
  }
  const from = begins ? shared : 0;
  for (let i = 0, count = rows.length; i < count; i++) {
    const start = starts[i] as number;
    const end = starts[i + 1] as number;
    const score = scoreCode(text, start, end, typed, from, begins ? byStart : MISS, byEnd);
    const row = rows[i] as number;
    if (score < (best[row] as number)) best[row] = score;
  }
}

/** Every code matches alike: cards of one issuer, as long as no more is typed than all of them begin with. */
function lowerAll(best: Uint8Array, rows: Uint32Array, score: number): void {
  for (let i = 0, count = rows.length; i < count; i++) {
    const row = rows[i] as number;
    if (score < (best[row] as number)) best[row] = score;
  }
}

/** EXACT for the whole code, `byStart` for its start, `byEnd` for its end. The code begins like `typed` up to `from`. */
function scoreCode(
  text: Uint16Array, start: number, end: number, typed: Uint16Array, from: number, byStart: number, byEnd: number,
): number {
  const spare = end - start - typed.length;
  if (spare < 0) return MISS;
  if (spare === 0) return standsAt(text, start, typed, from, typed.length) ? EXACT : MISS;
  if (byStart !== MISS && standsAt(text, start, typed, from, typed.length)) return byStart;
  return byEnd !== MISS && standsAt(text, end - typed.length, typed, 0, typed.length) ? byEnd : MISS;
}

/** Whether `typed[from, to)` stands there; from the back, where numbers that were given out in turn differ first. */
function standsAt(text: Uint16Array, at: number, typed: Uint16Array, from: number, to: number): boolean {
  for (let i = to - 1; i >= from; i--) if (text[at + i] !== typed[i]) return false;
  return true;
}

/** Where the term stands in a code as it is written, as [start, end), or null. */
export function findInCode(code: string, term: Term, spec: CodeSpec): [start: number, end: number] | null {
  const field = buildCodeField(spec, [code]);
  const best = new Uint8Array([MISS]);
  scanCodes(field, term, best);
  if (best[0] === MISS) return null;
  // A code written with dashes cannot be marked by position; the whole of it is.
  if (field.text.length !== code.length) return [0, code.length];
  return best[0] === PART ? [code.length - term.text.length, code.length] : [0, term.text.length];
}
