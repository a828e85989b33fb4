export { Book } from './book.svelte';
export type * from './types';
