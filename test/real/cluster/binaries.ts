/** Kubernetes' API server and Knative's controllers, built from their Go modules; kept where git does not look. */
import {spawn, spawnSync} from 'node:child_process';
import {createHash} from 'node:crypto';
import {existsSync} from 'node:fs';
import {mkdir, readFile, readdir, rename, rm} from 'node:fs/promises';
import {homedir} from 'node:os';
import path from 'node:path';
import process from 'node:process';

/** Not beneath `node_modules`: `npm ci` would throw them away. */
const cache = path.join(process.env['XDG_CACHE_HOME'] || path.join(homedir(), '.cache'), 'kn-canary-real');
const modules = path.resolve('test/real');

export type Binaries = {
	/** `kube-apiserver` and `kube-controller-manager`, chosen by the first argument. */
	kubernetes: string;
	/** Knative's webhook and controllers. */
	controller: string;
	/** Where the manifests of a Go module are: the directory of its source, by the path of the module. */
	sourceOf: (module: string) => string;
};

/** `go version`, or undefined where there is no Go. */
export function goVersion(): string | undefined {
	const {status, stdout} = spawnSync('go', ['version'], {encoding: 'utf8'});
	return status === 0 ? stdout.trim() : undefined;
}

/**
 * Builds what is not built yet. From an empty cache of Go that takes minutes, which is said on stderr. Throws when Go does.
 */
export async function buildBinaries(): Promise<Binaries> {
	const [kubernetes, controller] = [
		await build('kubernetes', 'kubernetes'),
		// Knative's clients call themselves in `managedFields` by the name of their program.
		await build('knative', 'controller'),
	];
	return {kubernetes, controller, sourceOf};
}

async function build(module: string, name: string): Promise<string> {
	const directory = path.join(modules, module);
	// The name of the program is that of the file; what it was built from is that of the directory.
	const target = path.join(cache, `${module}-${await stampOf(directory)}`, name);
	if (existsSync(target)) return target;
	process.stderr.write(`Building test/real/${module} with Go. The first time this takes minutes.\n`);
	await mkdir(cache, {recursive: true});
	for (const old of await readdir(cache)) {
		if (old.startsWith(`${module}-`)) await rm(path.join(cache, old), {recursive: true, force: true});
	}
	const began = performance.now();
	await go(['build', '-ldflags=-s -w', '-o', `${target}.new`, '.'], directory);
	await rename(`${target}.new`, target);
	process.stderr.write(`Built test/real/${module} in ${Math.round((performance.now() - began) / 1000)} s.\n`);
	return target;
}

/** Changes with the sources, the versions they name, and Go itself. */
async function stampOf(directory: string): Promise<string> {
	const hash = createHash('sha256').update(goVersion() ?? '');
	for (const name of (await readdir(directory)).toSorted()) {
		hash.update(name).update(await readFile(path.join(directory, name)));
	}
	return hash.digest('hex').slice(0, 16);
}

async function go(args: readonly string[], cwd: string): Promise<void> {
	const child = spawn('go', args, {cwd, stdio: ['ignore', 2, 2]});
	const [code] = await new Promise<[number | null]>((resolve, reject) => {
		child.once('error', reject);
		child.once('exit', exit => resolve([exit]));
	});
	if (code !== 0) throw new Error(`go ${args.join(' ')} in ${cwd} ended with ${code}.`);
}

function sourceOf(module: string): string {
	const {status, stdout, stderr} = spawnSync('go', ['list', '-m', '-f', '{{.Dir}}', module], {
		cwd: path.join(modules, 'knative'),
		encoding: 'utf8',
	});
	if (status !== 0) throw new Error(`go list ${module}: ${stderr}`);
	return stdout.trim();
}
