export { Book } from './book.svelte';
export { BookError } from './errors';
export type * from './lock-types';
export type * from './types';
export { outcomes } from './outcomes';
