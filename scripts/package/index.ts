/**
 * `npm run package [-- --base-url URL]`: makes all that is published, into `packages/`: npm tarball, executables, Debian packages,
 * checksums, a bill of materials; with the URL below which they will be found, manifests for krew and Homebrew, too.
 */
import {execFileSync} from 'node:child_process';
import {createHash} from 'node:crypto';
import {
	cpSync,
	mkdirSync,
	mkdtempSync,
	readFileSync,
	readdirSync,
	rmSync,
	statSync,
	writeFileSync,
} from 'node:fs';
import {tmpdir} from 'node:os';
import path from 'node:path';
import {parseArgs} from 'node:util';
import * as v from 'valibot';
import {makeDeb} from './deb.ts';
import {makeBlob, makeExecutable, targets, type Target} from './executable.ts';
import {billOfMaterials, brewFormula, krewManifest, type Archive} from './manifests.ts';

const {values} = parseArgs({
	options: {'base-url': {type: 'string'}, out: {type: 'string', default: 'packages'}, only: {type: 'string'}},
});
const out = path.resolve(values.out);
const folder = mkdtempSync(path.join(tmpdir(), 'kn-canary-package-'));
const {version} = v.parse(v.object({version: v.string()}), JSON.parse(readFileSync('package.json', 'utf8')));
const bundled = v.parse(
	v.array(v.object({name: v.string(), version: v.string(), license: v.string()})),
	JSON.parse(readFileSync('dist/bundled.json', 'utf8')),
);

const sha256 = (file: string) => createHash('sha256').update(readFileSync(file)).digest('hex');
const megabytes = (file: string) => `${(statSync(file).size / 1e6).toFixed(1)} MB`;
const printed = (...words: string[]) =>
	execFileSync(process.execPath, ['dist/cli.js', ...words], {encoding: 'utf8'});
const debian: Readonly<Record<Target, string>> = {'linux-x64': 'amd64', 'linux-arm64': 'arm64'};

try {
	rmSync(out, {recursive: true, force: true});
	mkdirSync(out, {recursive: true});
	execFileSync('npm', ['pack', '--ignore-scripts', '--pack-destination', out, '--loglevel=error'], {
		stdio: ['ignore', 'ignore', 'inherit'],
	});
	const blob = makeBlob(folder);
	const archives: Archive[] = [];
	for (const target of targets.filter(one => values.only === undefined || one === values.only)) {
		const executable = makeExecutable(target, blob, folder);
		const place = path.dirname(executable);
		cpSync('LICENSE', path.join(place, 'LICENSE'));
		cpSync('dist/licences.txt', path.join(place, 'licences.txt'));
		const file = `kn-canary-${version}-${target}.tar.gz`;
		execFileSync('tar', [
			'-czf',
			path.join(out, file),
			'--owner=0',
			'--group=0',
			'-C',
			place,
			'kn-canary',
			'LICENSE',
			'licences.txt',
		]);
		archives.push({target, file, sha256: sha256(path.join(out, file))});
		makeDeb(
			{version, architecture: debian[target], executable},
			{
				bash: printed('completion', 'bash'),
				zsh: printed('completion', 'zsh'),
				fish: printed('completion', 'fish'),
				man: printed('man'),
			},
			{folder, out},
		);
	}
	writeFileSync(path.join(out, 'sbom.cdx.json'), billOfMaterials(version, bundled, process.versions.node));
	const base = values['base-url']?.replace(/\/$/, '');
	if (base === undefined) {
		console.log('No manifests for krew and Homebrew: they name the place of the archives, --base-url.');
	} else {
		writeFileSync(path.join(out, 'canary.yaml'), krewManifest(version, archives, base));
		writeFileSync(path.join(out, 'kn-canary.rb'), brewFormula(version, archives, base));
	}
	const files = readdirSync(out).toSorted();
	writeFileSync(
		path.join(out, 'SHA256SUMS'),
		files.map(file => `${sha256(path.join(out, file))}  ${file}\n`).join(''),
	);
	for (const file of files) console.log(`${megabytes(path.join(out, file)).padStart(9)}  ${file}`);
} finally {
	rmSync(folder, {recursive: true, force: true});
}
