/// <reference lib="webworker" />
// Half a second of work on purpose, and tens of megabytes of memory: in a worker of its own, which ends with it.
import { argon2 } from './argon';
import type { ArgonAnswer, ArgonOrder } from './argon-thread';

declare const self: DedicatedWorkerGlobalScope;

async function carryOut(order: ArgonOrder): Promise<ArgonAnswer> {
  if (order.does === 'load') {
    await argon2.load();
    return { loaded: true };
  }
  if (order.does === 'calibrate') return { cost: await argon2.calibrate() };
  return { hash: await argon2.derive(order.password, order.salt, order.cost) };
}

self.onmessage = ({ data }: MessageEvent<ArgonOrder>) => {
  carryOut(data).then(
    (answer) => self.postMessage(answer),
    (error: unknown) => self.postMessage({ failure: error instanceof Error ? error.message : String(error) } satisfies ArgonAnswer),
  );
};
