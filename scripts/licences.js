/** The licences of what is bundled: which packages went into the build, and the text that each wants to be passed on. */
import {readdir, readFile} from 'node:fs/promises';
import path from 'node:path';

/** @typedef {{name: string, version: string, license: string, homepage: string | undefined, texts: readonly string[]}} Bundled */

/**
 * Folder of the innermost package that a file belongs to; undefined for a file of this project.
 *
 * @param {string} file As esbuild names its inputs: relative to the project.
 */
export function packageFolderOf(file) {
	const found = /^(?<folder>.*node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(file)?.groups;
	return found?.['folder'];
}

/**
 * What is not in a package's own files and has to be said all the same.
 * Without a file of that name, the licence is that of the field in `package.json`, in the words of SPDX.
 */
const licenceFile = /^(?:licen[cs]e|copying|notice)(?:[.-].*)?$/i;

/**
 * @param {Iterable<string>} files Inputs of the bundle.
 * @returns {Promise<Bundled[]>} By name; a package of which two versions are bundled is there twice.
 */
export async function bundledPackages(files) {
	const folders = new Set([...files].map(packageFolderOf).filter(folder => folder !== undefined));
	const all = await Promise.all([...folders].map(folder => bundledFrom(folder)));
	const byId = new Map(all.map(one => [`${one.name}@${one.version}`, one]));
	return [...byId].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([, one]) => one);
}

/** @param {string} folder */
async function bundledFrom(folder) {
	const {name, version, license, licenses, homepage, author} = JSON.parse(
		await readFile(path.join(folder, 'package.json'), 'utf8'),
	);
	const names = (await readdir(folder)).filter(file => licenceFile.test(file)).toSorted();
	const texts = await Promise.all(
		names.map(async file => (await readFile(path.join(folder, file), 'utf8')).trim()),
	);
	const said =
		typeof license === 'string' ? license : (license?.type ?? licenses?.map(({type}) => type).join(' OR '));
	if (said === undefined) throw new Error(`${name}@${version} says no licence; it cannot be bundled.`);
	const holder = typeof author === 'string' ? author : author?.name;
	if (texts.length === 0) texts.push(await textOf(said, {name, holder}));
	return {name, version, license: said, homepage, texts};
}

/** @param {string} license */
async function textOf(license, {name, holder}) {
	if (license === 'Apache-2.0') return (await readFile('LICENSE', 'utf8')).trim();
	const of = `Copyright (c) ${holder ?? `the authors of ${name}`}`;
	if (license === 'MIT') return `${of}\n\n${mit}`;
	// It wants nothing passed on; that it is in the public domain is said all the same.
	if (license === 'Unlicense') {
		return 'This is free and unencumbered software released into the public domain (https://unlicense.org).';
	}
	throw new Error(`${name} has no file with its licence (${license}); add its text to scripts/licences.js.`);
}

const mit = `Permission is hereby granted, free of charge, to any person obtaining a copy of this software and associated
documentation files (the "Software"), to deal in the Software without restriction, including without limitation the
rights to use, copy, modify, merge, publish, distribute, sublicense, and/or sell copies of the Software, and to permit
persons to whom the Software is furnished to do so, subject to the following conditions:

The above copyright notice and this permission notice shall be included in all copies or substantial portions of the
Software.

THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR IMPLIED, INCLUDING BUT NOT LIMITED TO THE
WARRANTIES OF MERCHANTABILITY, FITNESS FOR A PARTICULAR PURPOSE AND NONINFRINGEMENT. IN NO EVENT SHALL THE AUTHORS OR
COPYRIGHT HOLDERS BE LIABLE FOR ANY CLAIM, DAMAGES OR OTHER LIABILITY, WHETHER IN AN ACTION OF CONTRACT, TORT OR
OTHERWISE, ARISING FROM, OUT OF OR IN CONNECTION WITH THE SOFTWARE OR THE USE OR OTHER DEALINGS IN THE SOFTWARE.`;

/**
 * One file for all of them. Packages with the same words share them.
 *
 * @param {readonly Bundled[]} packages
 */
export function licencesText(packages) {
	const byText = new Map();
	for (const one of packages) {
		const text = one.texts.join('\n\n');
		byText.set(text, [...(byText.get(text) ?? []), one]);
	}
	const line = '-'.repeat(80);
	return [
		`kn-canary is licensed under Apache-2.0 (see LICENSE). Its build contains these ${packages.length} packages:\n`,
		...packages.map(({name, version, license}) => `${name}@${version}  ${license}`),
		...[...byText].map(
			([text, of]) =>
				`\n${line}\n${of.map(({name, version}) => `${name}@${version}`).join(', ')}\n${line}\n${text}`,
		),
		'',
	].join('\n');
}
