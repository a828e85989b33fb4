import type { TemplateRow } from '$lib/book';

/** A field that whoever sends a text fills in. */
export type GivenField = TemplateRow['fields'][number];
