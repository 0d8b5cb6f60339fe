// What an owner does with characters, in a real Chromium. Run by roster_test.go:
//
//   node web/e2e/roster.mjs --url URL --dir FOLDER
//
// Two characters are made; one goes on where it was played last, is given another name while a second tab plays it, and is
// deleted with its name typed again. The last line is JSON; screenshots go into FOLDER.
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { launch } from './browser.mjs';
import { enter, newPlayer, place, stats, until } from './player.mjs';

const { values: opt } = parseArgs({ options: { url: { type: 'string' }, dir: { type: 'string' } } });
const { url, dir } = opt;
if (!url || !dir) throw new Error('--url and --dir are needed');

const browser = await launch();
const shot = (page, name) => page.screenshot({ path: join(dir, `${name}.png`) });
const names = (page) => page.getByTestId('char-card').locator('strong').allInnerTexts();

async function same(what, got, want) {
  await until(`${what} is ${JSON.stringify(want)}`, async () => JSON.stringify(await got()) === JSON.stringify(want));
}

async function backToRoster(p) {
  await p.page.getByTestId('leave').click();
  await p.page.getByTestId('roster-screen').waitFor();
}

async function run() {
  const ada = await newPlayer(browser, url, { width: 1280, height: 800 });
  const page = ada.page;
  await enter(ada, 'Ada', 'wizard');
  await backToRoster(ada);
  await page.getByTestId('char-new').click();
  await page.getByTestId('char-name').fill('Bea');
  await page.getByTestId('class-rogue').click();
  await page.getByTestId('char-create').click();
  await until('Bea is in the world', async () => (await stats(ada)).status === 'playing' && (await place(ada, 'Bea')) !== null);
  await backToRoster(ada);

  // Going on with the one that was played last.
  await same('the button', () => page.getByTestId('char-continue').innerText(), 'Continue as Bea');
  await shot(page, 'roster');
  await page.getByTestId('char-continue').click();
  await until('Bea goes on', async () => (await stats(ada)).status === 'playing' && (await place(ada, 'Bea')) !== null);

  // A second tab of the same person, which is a phone: a name that is taken, one that cannot be, and a good one.
  const state = await ada.context.storageState();
  state.origins = await page.evaluate(() => [{ origin: location.origin, localStorage: [{ name: 'realmwire.token', value: localStorage.getItem('realmwire.token') ?? sessionStorage.getItem('realmwire.token') }] }]);
  const phone = await newPlayer(browser, url, { width: 390, height: 844 }, state);
  await phone.page.getByTestId('roster-screen').waitFor();
  await phone.page.getByTestId('char-rename').nth(1).click();
  const confirm = phone.page.getByTestId('char-confirm');
  const line = phone.page.getByTestId('char-new-name');
  if (!(await confirm.isDisabled())) throw new Error('the name that it has can be confirmed');
  await line.fill('Ada');
  await confirm.click();
  const refused = phone.page.getByTestId('dialog').getByTestId('error');
  await until('a taken name is refused in words', async () => (await refused.innerText()).includes('is taken'));
  await shot(phone.page, 'rename-phone');
  await line.fill('Beatrix');
  await confirm.click();
  await same('the list', () => names(phone.page), ['Ada', 'Beatrix']);
  await until('the first tab is told why it is out', async () => (await page.locator('body').innerText()).includes('another name'));
  await shot(page, 'renamed-while-played');

  // Deleting: not without the name, not after a change of mind, and then for good.
  await shot(phone.page, 'roster-phone');
  await phone.page.getByTestId('char-delete').first().click();
  if (!(await confirm.isDisabled())) throw new Error('a deletion can be confirmed without the name');
  await phone.page.getByTestId('char-confirm-name').fill('Beatrix');
  if (!(await confirm.isDisabled())) throw new Error("a deletion can be confirmed with another character's name");
  await phone.page.keyboard.press('Escape');
  await phone.page.getByTestId('dialog').waitFor({ state: 'detached' });
  await same('the list', () => names(phone.page), ['Ada', 'Beatrix']);
  await phone.page.getByTestId('char-delete').first().click();
  await phone.page.getByTestId('char-confirm-name').fill('ada');
  await shot(phone.page, 'delete-phone');
  await confirm.click();
  await same('the list', () => names(phone.page), ['Beatrix']);
  await same('the button', () => phone.page.getByTestId('char-continue').innerText(), 'Continue as Beatrix');
  await phone.page.getByTestId('char-continue').click();
  phone.name = 'Beatrix';
  await until('Beatrix is in the world', async () => (await stats(phone)).status === 'playing' && (await place(phone, 'Beatrix')) !== null);
  return { characters: ['Beatrix'] };
}

try {
  console.log(JSON.stringify(await run()));
} catch (e) {
  for (const [i, context] of browser.contexts().entries()) {
    for (const page of context.pages()) await shot(page, `failed-${i}`).catch(() => {});
  }
  console.error(e);
  process.exitCode = 1;
} finally {
  await browser.close();
}
