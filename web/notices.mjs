// Collects the licences of what ends up in the bundle, from the lock file's production packages.
import { readdir, readFile } from 'node:fs/promises';

const allowed = new Set(['MIT', 'ISC', 'BSD-2-Clause', 'BSD-3-Clause', 'Apache-2.0', 'MPL-2.0', '0BSD']);

async function licenceText(dir) {
  const file = (await readdir(dir)).filter((f) => /^licen[cs]e/i.test(f)).sort()[0];
  return file ? (await readFile(new URL(file, dir), 'utf8')).replaceAll('\r\n', '\n').trim() : null;
}

/** The text for a package that names the MIT licence but carries no file of it. */
function standardMIT(name, licence, author) {
  if (licence !== 'MIT' || author === '') throw new Error(`${name} carries no licence file, and its text cannot be derived`);
  return mit.replace('AUTHOR', author);
}

const mit = `Copyright (c) AUTHOR

Permission is hereby granted, free of charge, to any person obtaining a copy of this software and associated documentation files (the
"Software"), to deal in the Software without restriction, including without limitation the rights to use, copy, modify, merge, publish,
distribute, sublicense, and/or sell copies of the Software, and to permit persons to whom the Software is furnished to do so, subject to
the following conditions:

The above copyright notice and this permission notice shall be included in all copies or substantial portions of the Software.

THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR IMPLIED, INCLUDING BUT NOT LIMITED TO THE WARRANTIES OF
MERCHANTABILITY, FITNESS FOR A PARTICULAR PURPOSE AND NONINFRINGEMENT. IN NO EVENT SHALL THE AUTHORS OR COPYRIGHT HOLDERS BE LIABLE FOR
ANY CLAIM, DAMAGES OR OTHER LIABILITY, WHETHER IN AN ACTION OF CONTRACT, TORT OR OTHERWISE, ARISING FROM, OUT OF OR IN CONNECTION WITH THE
SOFTWARE OR THE USE OR OTHER DEALINGS IN THE SOFTWARE.`;

/** The text of THIRD_PARTY_NOTICES.txt. Fails on a licence that this project may not ship, and on one that is missing. */
export async function notices(root, metafiles) {
  const bundled = metafiles.flatMap((m) => Object.keys(m.inputs));
  const lock = JSON.parse(await readFile(new URL('package-lock.json', root), 'utf8'));
  const parts = [];
  for (const [path, entry] of Object.entries(lock.packages).sort(([a], [b]) => (a < b ? -1 : 1))) {
    if (path === '' || entry.dev || !bundled.some((f) => f.startsWith(`${path}/`))) continue;
    const dir = new URL(`${path}/`, root);
    const pkg = JSON.parse(await readFile(new URL('package.json', dir), 'utf8'));
    if (!allowed.has(pkg.license)) throw new Error(`${pkg.name} ${pkg.version} has licence ${pkg.license}, which is not among those that may be shipped`);
    const text = await licenceText(dir);
    const author = typeof pkg.author === 'string' ? pkg.author : (pkg.author?.name ?? '');
    parts.push(`${pkg.name} ${pkg.version}\nLicence: ${pkg.license}\n\n${text ?? standardMIT(pkg.name, pkg.license, author)}`);
  }
  if (parts.length === 0) throw new Error('no production package was found in the bundle; is node_modules a link?');
  const rule = `\n\n${'-'.repeat(80)}\n\n`;
  return `The browser client of Realmwire contains these packages.${rule}${parts.join(rule)}\n`;
}
