// A player without a browser, on libdatachannel. Run by stacks_test.go:
//
//   node web/e2e/datachannel.mjs
//
// It prints {"ready":true}, and then answers each line of stdin, {"js": EXPRESSION}, with {"value": …} or {"error": …}. EXPRESSION sees
// `stack` (stack.ts). It ends with the end of stdin.
import { createInterface } from 'node:readline';
import { cleanup } from 'node-datachannel';
import { RTCPeerConnection } from 'node-datachannel/polyfill';
import { bundle } from './bundle.mjs';

globalThis.RTCPeerConnection = RTCPeerConnection;
(0, eval)(await bundle());
console.log(JSON.stringify({ ready: true }));
for await (const line of createInterface({ input: process.stdin })) {
  try {
    const value = await (0, eval)(`(${JSON.parse(line).js})`);
    console.log(JSON.stringify({ value: value ?? null }));
  } catch (e) {
    console.log(JSON.stringify({ error: String(e?.stack ?? e) }));
  }
}
globalThis.stack.close();
cleanup();
process.exit(0);
