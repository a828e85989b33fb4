/// <reference lib="webworker" />
import { api, call } from '../api';
import { m } from '../i18n/paraglide/messages';
import { keysOf, readTerms } from './keys';
import { readNotice, sentence, type PushNotice } from './notice';

/** How long an open window has to say that it shows the notice itself. */
const ANSWER_WITHIN = 1_000;

interface SubscriptionChange extends ExtendableEvent {
  readonly oldSubscription: PushSubscription | null;
  readonly newSubscription: PushSubscription | null;
}

/** The service worker's part: shows what arrives, opens the right screen, also without a network, and renews subscriptions. */
export function listenToPushes(worker: ServiceWorkerGlobalScope): void {
  worker.addEventListener('push', (event) => event.waitUntil(take(worker, event.data)));
  worker.addEventListener('notificationclick', (event) => {
    event.notification.close();
    event.waitUntil(open(worker, readNotice(event.notification.data)));
  });
  worker.addEventListener('pushsubscriptionchange', (event) => {
    const change = event as SubscriptionChange;
    change.waitUntil(renew(worker, change));
  });
}

async function take(worker: ServiceWorkerGlobalScope, data: PushMessageData | null): Promise<void> {
  const notice = readNotice(parsed(data));
  const inside = await shownInside(worker, notice);
  if (inside && !mustShow(worker)) return;
  const { language } = notice;
  const more = { renotify: true };
  await worker.registration.showNotification(m.app_name({}, { locale: language }), {
    body: sentence(notice, language),
    lang: language,
    // One notice of a kind: the next one takes its place and says how many there are.
    tag: `dangol-${notice.kind}`,
    icon: '/icon-192.png',
    badge: '/icon-192.png',
    silent: inside,
    data: notice,
    ...(inside ? {} : more),
  });
}

function parsed(data: PushMessageData | null): unknown {
  try {
    return data?.json();
  } catch {
    return null;
  }
}

/** Apple's browsers withdraw the subscription of an app that shows nothing, even where a window has shown it. */
function mustShow(worker: ServiceWorkerGlobalScope): boolean {
  const { userAgent } = worker.navigator;
  return userAgent.includes('AppleWebKit') && !/Chrome|Chromium|Edg/.test(userAgent);
}

/** Asks the windows that somebody sees; one that is open and unlocked shows it with what the push does not say. */
async function shownInside(worker: ServiceWorkerGlobalScope, notice: PushNotice): Promise<boolean> {
  const windows = await worker.clients.matchAll({ type: 'window', includeUncontrolled: true });
  const seen = windows.filter((each) => each.visibilityState === 'visible');
  const answers = await Promise.all(seen.map((each) => asked(each, notice)));
  return answers.includes(true);
}

function asked(window: WindowClient, notice: PushNotice): Promise<boolean> {
  return new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel();
    const timer = setTimeout(() => resolve(false), ANSWER_WITHIN);
    port1.onmessage = ({ data }) => {
      clearTimeout(timer);
      resolve(data === true);
    };
    window.postMessage({ type: 'push', notice }, [port2]);
  });
}

/** An open window goes there without loading anew, which would lock a tablet; without one a new window opens. */
async function open(worker: ServiceWorkerGlobalScope, { path }: PushNotice): Promise<void> {
  const windows = await worker.clients.matchAll({ type: 'window', includeUncontrolled: true });
  const area = path.split('/')[1];
  const best = windows.find(({ url }) => new URL(url).pathname.split('/')[1] === area) ?? windows[0];
  if (best === undefined) {
    await worker.clients.openWindow(path);
    return;
  }
  best.postMessage({ type: 'push-open', path });
  // A browser may refuse to bring it to the front; it shows the screen all the same.
  await best.focus().catch(() => undefined);
}

/** What does not reach the server now is said when the app is opened next (`Push.arrive`). */
async function renew(worker: ServiceWorkerGlobalScope, { oldSubscription: before, newSubscription }: SubscriptionChange): Promise<void> {
  const key = before?.options.applicationServerKey ?? null;
  const terms = await readTerms();
  const subscription = newSubscription ?? (key === null ? null : await worker.registration.pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: key }));
  if (subscription === null || terms === null) return;
  await call(api.PUT('/api/v1/push/subscriptions', { body: { ...keysOf(subscription), ...terms, replaces: before?.endpoint ?? null } }));
}
