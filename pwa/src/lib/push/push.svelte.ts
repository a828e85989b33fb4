import { api, call } from '$lib/api';
import { m } from '$lib/i18n/paraglide/messages';
import type { DeviceMemory } from '$lib/i18n/device-memory';
import { ability, denied, ownSubscription, registration } from './browser';
import { bytesOf, base64urlOf, fingerprintOf, keepTerms, keysOf } from './keys';
import { kindsAt, readNotice, type PushNotice, type Surface } from './notice';

export type PushPhase = 'unknown' | 'unsupported' | 'needs_install' | 'unavailable' | 'denied' | 'off' | 'on';

export interface PushFault {
  service: string;
  reason_text: string;
  code: string | null;
  since: string;
  count: number;
}

export interface PushState {
  key: string | null;
  kinds: { name: string; on: boolean }[];
  quiet_from: string | null;
  quiet_until: string | null;
  time_zone: string | null;
  subscriptions: { id: string; fingerprint: string; surface: string; language: string }[];
  unseen: { kind: string; count: number }[];
  faults: PushFault[];
}

export interface Wish {
  muted: string[];
  quiet_from: string | null;
  quiet_until: string | null;
  time_zone: string;
}

interface Surroundings {
  readonly memory: DeviceMemory;
  readonly language: () => 'ko' | 'en';
  readonly surface: () => Surface;
  /** Who is signed in. */
  readonly login: () => string | null;
  /** Whether somebody may see what is behind a notice: signed in, and the tablet open. */
  readonly unlocked: () => boolean;
  readonly go: (path: string) => void;
}

/** Pushes on this browser: whether it has them, what they say while somebody is at it, and what one wishes to be told. */
export class Push {
  #phase = $state<PushPhase>('unknown');
  #state = $state.raw<PushState | null>(null);
  #arrived = $state.raw<(PushNotice & { detail: string | null }) | null>(null);
  readonly #around: Surroundings;

  constructor(around: Surroundings) {
    this.#around = around;
  }

  get phase(): PushPhase {
    return this.#phase;
  }

  get state(): PushState | null {
    return this.#state;
  }

  /** What came in while somebody was at this screen. */
  get arrived(): (PushNotice & { detail: string | null }) | null {
    return this.#arrived;
  }

  dismiss(): void {
    this.#arrived = null;
  }

  /** Hears of the service worker until the page goes. */
  watch(): void {
    if (!('serviceWorker' in navigator)) return;
    navigator.serviceWorker.addEventListener('message', (event) => {
      const said = event.data as { type?: string; notice?: unknown; path?: string } | null;
      if (said?.type === 'push') event.ports[0]?.postMessage(this.#show(readNotice(said.notice)));
      if (said?.type === 'push-open' && typeof said.path === 'string') this.#around.go(said.path);
    });
    // What was said before anybody listened.
    navigator.serviceWorker.startMessages();
  }

  /** Asks the server and the browser how things are. @throws ApiProblem */
  async load(): Promise<void> {
    this.#take(await call(api.GET('/api/v1/push')));
    await this.#settle();
  }

  /** When somebody comes to a browser that tells things: refreshes it, without a word where that fails. */
  async arrive(): Promise<void> {
    if (ability() !== 'able' || this.#around.login() === null) return;
    try {
      if ((await ownSubscription()) !== null) await this.load();
    } catch {
      // Without the server there is nothing to refresh; what was subscribed stays.
    }
  }

  /** @throws ApiProblem, DOMException when the browser or its push service refuses. */
  async turnOn(): Promise<void> {
    if ((await Notification.requestPermission()) !== 'granted') {
      this.#phase = denied() ? 'denied' : 'off';
      return;
    }
    const key = this.#state?.key;
    const worker = await registration();
    if (typeof key !== 'string' || worker === undefined) return;
    const before = await worker.pushManager.getSubscription();
    if (before !== null && !hasKey(before, key)) await before.unsubscribe();
    const subscription = await worker.pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: bytesOf(key) });
    await this.#register(subscription, before?.endpoint ?? null);
    await this.load();
  }

  /** @throws ApiProblem */
  async turnOff(): Promise<void> {
    const subscription = await ownSubscription();
    await this.#forget(subscription);
    await subscription?.unsubscribe();
    this.#around.memory.write('push', null);
    await keepTerms(null);
    await this.load();
  }

  /** Whoever signs out is told nothing here until she is back. */
  async leave(): Promise<void> {
    this.#arrived = null;
    if (ability() !== 'able') return;
    try {
      await this.#forget(await ownSubscription());
    } catch {
      // Without the server the next one to sign in here takes the browser over.
    }
    this.#state = null;
    this.#phase = 'unknown';
  }

  /** @throws ApiProblem */
  async wish(body: Wish): Promise<void> {
    this.#take(await call(api.PUT('/api/v1/push/wish', { body })));
  }

  /** @throws ApiProblem */
  async trial(): Promise<void> {
    await call(api.POST('/api/v1/push/trial'));
  }

  /** Somebody goes to a screen: what stands over it need not say what it shows. */
  enter(path: string): void {
    if (this.#arrived !== null && kindsAt(path).includes(this.#arrived.kind)) this.#arrived = null;
  }

  /** Somebody looks at a screen: what it shows of what was told is seen. */
  async visit(path: string): Promise<void> {
    const kinds = kindsAt(path);
    const unseen = this.#state?.unseen.filter(({ kind }) => kinds.includes(kind)) ?? [];
    if (unseen.length === 0 || this.#state === null) return;
    try {
      await call(api.POST('/api/v1/push/seen', { body: { kinds: unseen.map(({ kind }) => kind) } }));
      this.#state = { ...this.#state, unseen: this.#state.unseen.filter(({ kind }) => !kinds.includes(kind)) };
    } catch {
      // It counts as unseen until the next visit with a network.
    }
  }

  /** True when it was shown inside the app. */
  #show(notice: PushNotice): boolean {
    if (document.visibilityState !== 'visible' || !this.#around.unlocked()) return false;
    this.#arrived = { ...notice, detail: null };
    const unseen = { kind: notice.kind, count: notice.count };
    if (this.#state !== null) this.#state = { ...this.#state, unseen: [...this.#state.unseen.filter(({ kind }) => kind !== notice.kind), unseen] };
    if (notice.kind === 'reply') void this.#learnFrom();
    return true;
  }

  /** Whom it is from, which the push itself does not say. */
  async #learnFrom(): Promise<void> {
    try {
      const { items } = await call(api.GET('/api/v1/replies', { params: { query: { limit: 1 } } })) as { items: { customer: { name: string } | null }[] };
      const newest = items[0];
      if (newest === undefined) return;
      const detail = newest.customer === null ? m.push_latest_unknown() : m.push_latest_from({ name: newest.customer.name });
      if (this.#arrived?.kind === 'reply') this.#arrived = { ...this.#arrived, detail };
    } catch {
      // The sentence says enough; the screen that it opens says the rest.
    }
  }

  #take(found: unknown): void {
    this.#state = found as PushState;
  }

  async #settle(): Promise<void> {
    const able = ability();
    if (able !== 'able') this.#phase = able;
    else if (this.#state?.key === null) this.#phase = 'unavailable';
    else if (denied()) this.#phase = 'denied';
    else this.#phase = (await this.#isOn()) ? 'on' : 'off';
  }

  /** Whether this browser tells whoever is at it; what is out of date about that is refreshed. */
  async #isOn(): Promise<boolean> {
    const subscription = await ownSubscription();
    const key = this.#state?.key;
    if (subscription === null || typeof key !== 'string') return false;
    const fingerprint = await fingerprintOf(subscription.endpoint);
    const known = this.#state?.subscriptions.find((each) => each.fingerprint === fingerprint);
    const hers = this.#around.memory.read('push') === this.#around.login();
    if (known === undefined && !hers) return false;
    if (!hasKey(subscription, key)) {
      await this.turnOn();
      return this.#phase === 'on';
    }
    if (known?.language !== this.#around.language() || known.surface !== this.#around.surface()) await this.#register(subscription, null);
    return true;
  }

  async #register(subscription: PushSubscription, before: string | null): Promise<void> {
    const terms = { surface: this.#around.surface(), language: this.#around.language() };
    const replaces = before === subscription.endpoint ? null : before;
    await call(api.PUT('/api/v1/push/subscriptions', { body: { ...keysOf(subscription), ...terms, replaces } }));
    this.#around.memory.write('push', this.#around.login());
    await keepTerms(terms);
  }

  async #forget(subscription: PushSubscription | null): Promise<void> {
    if (subscription === null) return;
    const fingerprint = await fingerprintOf(subscription.endpoint);
    const known = this.#state?.subscriptions.find((each) => each.fingerprint === fingerprint);
    if (known === undefined) return;
    await call(api.DELETE('/api/v1/push/subscriptions/{subscription_id}', { params: { path: { subscription_id: known.id } } }));
  }
}

/** Whether it was made for the server's present key: a push service takes pushes under no other. */
function hasKey(subscription: PushSubscription, key: string): boolean {
  const own = subscription.options.applicationServerKey;
  return own !== null && base64urlOf(own) === key;
}
