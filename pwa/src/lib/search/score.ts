// How well a term matches a field: lower is better, equal scores are ordered by recency.

/** The whole field, as typed. */
export const EXACT = 0;
/** The start of the field. */
export const START = 1;
/** The start of the field by initial consonants. */
export const START_INITIALS = 2;
/** A later word, or inside a name. */
export const PART = 3;
export const PART_INITIALS = 4;
export const MISS = 255;
