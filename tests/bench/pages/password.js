// Argon2id by the library that the app uses, in a worker of its own.
importScripts('./argon2.umd.min.js');
onmessage = async ({ data: { memory, passes } }) => {
  const salt = crypto.getRandomValues(new Uint8Array(16));
  const work = { password: 'correct horse battery', salt, parallelism: 1, iterations: passes, memorySize: memory };
  postMessage(await hashwasm.argon2id({ ...work, hashLength: 32, outputType: 'binary' }));
};
