import './early';
import { mount } from 'svelte';
import { speak } from '$lib/api';
import { Book } from '$lib/book';
import { BrowserMemory } from '$lib/i18n/device-memory';
import { Formatter } from '$lib/i18n/formatter';
import { Language } from '$lib/i18n/language.svelte';
import { Push } from '$lib/push/push.svelte';
import { Session } from '$lib/session';
import { Appearance } from '$lib/ui/appearance.svelte';
import { GradeNames } from '$lib/i18n/grade-names.svelte';
import { StoreNames } from '$lib/stores/store-names.svelte';
import '$lib/ui/theme.css';
import { Router } from '$lib/ui/router.svelte';
import { Searches } from '$lib/ui/searches.svelte';
import { Updates } from '$lib/updates/updates.svelte';
import App from './App.svelte';
import { Basket } from './floor/shared/basket.svelte';
import { CardViews } from './floor/shared/card-views';
import { Gate } from './floor/shared/gate.svelte';
import { Handover } from './floor/shared/handover';
import { Recents } from './floor/shared/recents.svelte';
import { areaOf } from './routes';

const target = document.getElementById('app');
if (target === null) throw new Error('index.html has no #app');

const memory = new BrowserMemory();
const language = new Language(memory, speak);
const session = new Session(memory);
const router = new Router();
if (router.path === '/') router.replace('/floor');
const updates = new Updates();

const book = new Book();
const format = new Formatter(language, () => session.timeZone);
const gate = new Gate(book, session, memory);

const push: Push = new Push({
  memory,
  language: () => language.current,
  surface: () => (areaOf(router.parts) === 'admin' ? 'desk' : 'floor'),
  login: () => session.staff?.login ?? null,
  unlocked: () => session.staff !== null && (areaOf(router.parts) === 'admin' || gate.open),
  go: (path) => router.go(path),
});

/** Whoever signs out is told nothing on this browser any more. */
async function signOut(): Promise<void> {
  await push.leave();
  await gate.signOut();
}

const parts = {
  book,
  gate,
  session,
  router,
  language,
  memory,
  appearance: new Appearance(memory),
  format,
  basket: new Basket(() => session.staff?.store?.currency ?? 'KRW', () => ({
    store: session.tablet?.store ?? '', businessUnit: session.staff?.store?.business_unit ?? '', today: format.today,
  })),
  recents: new Recents(),
  views: new CardViews(book),
  handover: new Handover(),
  searches: new Searches(),
  push,
  signOut,
  stores: new StoreNames(language),
  grades: new GradeNames(language),
};

mount(App, { target, props: { parts, updates } });
void session.open();
// While the server is asked who is signed in; what goes wrong the gate says when it asks again.
if (areaOf(router.parts) === 'floor') book.inspect().catch(() => undefined);
gate.watch();
push.watch();
void updates.watch();
