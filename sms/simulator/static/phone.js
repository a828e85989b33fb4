// Keeps the phone up to date: fetches the same page every second and exchanges what changed. Works without: reload.
'use strict';

const EVERY = 1000;

function toEnd() {
  const thread = document.getElementById('thread');
  if (thread) thread.scrollTop = thread.scrollHeight;
}

// What is being written stays: only the list and the thread are exchanged while an answer box is there.
function exchange(shown, fresh, part) {
  const old = shown.querySelector(part);
  const now = fresh.querySelector(part);
  if (!old || !now || old.innerHTML === now.innerHTML) return;
  old.replaceWith(now);
  if (part === '#thread') toEnd();
}

async function refresh() {
  const response = await fetch(location.href, { headers: { Accept: 'text/html' } });
  if (!response.ok) return;
  const fresh = new DOMParser().parseFromString(await response.text(), 'text/html').getElementById('phone');
  const shown = document.getElementById('phone');
  if (!fresh || !shown || fresh.innerHTML === shown.innerHTML) return;
  const focused = document.activeElement instanceof HTMLElement ? document.activeElement.dataset.to : undefined;
  if (shown.querySelector('.answer') && fresh.querySelector('.answer')) {
    exchange(shown, fresh, '.list');
    exchange(shown, fresh, '#thread');
  } else {
    shown.replaceWith(fresh);
    toEnd();
  }
  if (focused) document.querySelector(`[data-to="${CSS.escape(focused)}"]`)?.focus({ preventScroll: true });
}

async function keepFresh() {
  if (document.visibilityState === 'visible') await refresh().catch(() => undefined);
  setTimeout(keepFresh, EVERY);
}

toEnd();
setTimeout(keepFresh, EVERY);
