import { createContext } from 'svelte';
import type { Book } from '$lib/book';
import type { DeviceMemory } from '$lib/i18n/device-memory';
import type { Formatter } from '$lib/i18n/formatter';
import type { Language } from '$lib/i18n/language.svelte';
import type { Push } from '$lib/push/push.svelte';
import type { Session } from '$lib/session';
import type { GradeNames } from '$lib/i18n/grade-names.svelte';
import type { StoreNames } from '$lib/stores/store-names.svelte';
import type { Appearance } from '$lib/ui/appearance.svelte';
import type { Router } from '$lib/ui/router.svelte';
import type { Basket } from './basket.svelte';
import type { CardViews } from './card-views';
import type { Gate } from './gate.svelte';
import type { Handover } from './handover';
import type { Recents } from './recents.svelte';

/** What every screen of the floor works with; built in main.ts and handed down. */
export interface Floor {
  readonly book: Book;
  readonly session: Session;
  readonly router: Router;
  readonly format: Formatter;
  readonly language: Language;
  readonly appearance: Appearance;
  readonly memory: DeviceMemory;
  readonly basket: Basket;
  readonly recents: Recents;
  readonly views: CardViews;
  readonly handover: Handover;
  readonly gate: Gate;
  readonly stores: StoreNames;
  readonly grades: GradeNames;
  readonly push: Push;
  /** Ends the session and closes the tablet. */
  readonly signOut: () => Promise<void>;
}

export const [getFloor, setFloor] = createContext<Floor>();
