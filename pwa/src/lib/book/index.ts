export { Book } from './book.svelte';
export type * from './lock-types';
export type * from './types';
