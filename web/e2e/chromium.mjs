// A page in Chromium, for stacks_test.go:
//
//   node web/e2e/chromium.mjs URL
//
// It opens the URL, prints {"ready":true}, and then answers each line of stdin, {"js": EXPRESSION}, with {"value": …} or {"error": …}. It
// ends with the end of stdin.
import { createInterface } from 'node:readline';
import { launch } from './browser.mjs';

const browser = await launch();
try {
  const page = await browser.newPage({ locale: 'en' });
  await page.goto(process.argv[2]);
  await page.waitForFunction(() => window.realmwire !== undefined);
  console.log(JSON.stringify({ ready: true }));
  for await (const line of createInterface({ input: process.stdin })) {
    try {
      const value = await page.evaluate(JSON.parse(line).js);
      console.log(JSON.stringify({ value: value ?? null }));
    } catch (e) {
      console.log(JSON.stringify({ error: String(e?.stack ?? e) }));
    }
  }
} finally {
  await browser.close();
}
