import { createContext } from 'svelte';
import type { Formatter } from '$lib/i18n/formatter';
import type { Language } from '$lib/i18n/language.svelte';
import type { Push } from '$lib/push/push.svelte';
import type { Session } from '$lib/session';
import type { GradeNames } from '$lib/i18n/grade-names.svelte';
import type { StoreNames } from '$lib/stores/store-names.svelte';
import type { Appearance } from '$lib/ui/appearance.svelte';
import type { Router } from '$lib/ui/router.svelte';
import type { Searches } from '$lib/ui/searches.svelte';
import type { Attention } from './attention.svelte';

/** What every screen of the desk works with; built in main.ts and handed down. */
export interface Desk {
  readonly session: Session;
  readonly router: Router;
  readonly format: Formatter;
  readonly language: Language;
  readonly appearance: Appearance;
  readonly stores: StoreNames;
  readonly grades: GradeNames;
  readonly searches: Searches;
  /** Ends the session and closes the tablet, if this browser is one. */
  readonly signOut: () => Promise<void>;
  readonly attention: Attention;
  readonly push: Push;
}

export const [getDesk, setDesk] = createContext<Desk>();
