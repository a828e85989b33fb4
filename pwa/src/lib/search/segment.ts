import { buildCodeField, scanCodes, type CodeField } from './code-field';
import type { IndexSpec } from './fields';
import { buildPhoneField, scanPhones, type PhoneField } from './phone-field';
import type { Term } from './query';
import { MISS } from './score';
import { buildTextField, scanText, type TextField } from './text-field';

type Field = TextField | CodeField | PhoneField;

/** The column of a field: one value for each row. */
export type Columns = (field: string) => readonly unknown[];

const DAY = 86_400_000;

/**
 * What is searched of some thousand rows, in typed arrays: no object and no string for a row. Immutable but for the
 * rows taken out of it; newer rows come in another segment.
 */
export class Segment {
  readonly rows: number;
  /** 1 where a row is gone or stands newer in another segment. */
  readonly dead: Uint8Array;
  /** Days since 1970 of the field that orders equal matches; 0 is unknown. */
  readonly day: Uint16Array;
  readonly #fields: Field[];
  readonly #hasPhone: boolean;

  constructor(spec: IndexSpec, rows: number, columns: Columns) {
    this.rows = rows;
    this.dead = new Uint8Array(rows);
    this.day = new Uint16Array(rows);
    if (spec.recency !== null) {
      columns(spec.recency).forEach((day, row) => (this.day[row] = typeof day === 'string' ? Date.parse(day) / DAY : 0));
    }
    this.#fields = spec.fields.map((field): Field => {
      const values = columns(field.field);
      if (field.kind === 'text') return buildTextField(field.field, values);
      if (field.kind === 'code') return buildCodeField(field, values);
      return buildPhoneField(field.field, values);
    });
    this.#hasPhone = spec.fields.some(({ kind }) => kind === 'phone');
  }

  /** Sets `scores[row]` to the sum of the terms' scores, or MISS where one of them does not match. */
  score(terms: readonly Term[], scores: Uint8Array, scratch: Uint8Array): void {
    terms.forEach((term, i) => {
      const best = i === 0 ? scores : scratch;
      best.fill(MISS, 0, this.rows);
      for (const field of this.#fields) this.#scan(field, term, best);
      if (i > 0) add(scores, best, this.rows);
    });
  }

  #scan(field: Field, term: Term, best: Uint8Array): void {
    if (field.kind === 'phone') {
      if (term.phone !== null) scanPhones(field, term.phone, best);
    } else if (field.kind === 'code') scanCodes(field, term, best);
    // Names of people hold no digits: a number is looked for among phones and cards alone.
    else if (term.digits === '' || !this.#hasPhone) scanText(field, term, best);
  }
}

function add(scores: Uint8Array, more: Uint8Array, rows: number): void {
  for (let row = 0; row < rows; row++) {
    scores[row] = scores[row] === MISS || more[row] === MISS ? MISS : (scores[row] as number) + (more[row] as number);
  }
}
