/// <reference lib="webworker" />
import { ApiProblem, httpSyncServer } from '$lib/api/sync';
import { argon2Beside } from '$lib/vault';
import { BookError } from './errors';
import { Guard } from './guard';
import type { Hints } from './guard-parts';
import { READING, type Calls, type Message, type Method, type Request } from './rpc';

declare const self: DedicatedWorkerGlobalScope;

const tell = (message: Message) => self.postMessage(message);
const hash = argon2Beside((derived) => tell({ told: { derived } }));
const guard = new Guard({ server: httpSyncServer, hash, listener: (told) => tell({ told }) });
const reading = new Set<string>(READING);

// A password comes soon: what works on it is loaded while the store is looked into.
hash.prepare(false);

async function answer({ method, args }: Request): Promise<unknown> {
  // Whatever comes first: nothing is done before it is known whether the tablet is locked.
  if (method !== 'inspect') await guard.inspect();
  // Where no book was, a new key is wanted next: what it may cost is measured meanwhile.
  else if (!(args[0] as Hints | undefined)?.hadBook) hash.prepare(true);
  const owner: unknown = reading.has(method) ? guard.book : guard;
  return (owner as Record<Method, (...args: unknown[]) => ReturnType<Calls[Method]>>)[method](...args);
}

function failureOf(error: unknown): { code: string; message: string } {
  if (error instanceof BookError || error instanceof ApiProblem) return { code: error.code, message: error.message };
  return { code: 'failed', message: error instanceof Error ? error.message : String(error) };
}

self.onmessage = ({ data }: MessageEvent<Request>) => {
  answer(data).then(
    (value) => tell({ call: data.call, value }),
    (error: unknown) => tell({ call: data.call, failure: failureOf(error) }),
  );
};

self.addEventListener('online', () => void guard.syncNow());
