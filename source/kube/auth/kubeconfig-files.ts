/**
 * Kubeconfig files by kubectl's rules, which client-node does not follow: several files in $KUBECONFIG are merged and the first
 * that says something wins, missing files are ignored, and relative paths are relative to the file they stand in.
 * Source: kubernetes/client-go tools/clientcmd (loader.go, client_config.go).
 */
import {stat} from 'node:fs/promises';
import {homedir} from 'node:os';
import path from 'node:path';
import * as v from 'valibot';
import {readGiven} from '../../files/given-file.js';
import {issueWords} from '../../knative/objects/parsed.js';
import {placeInYaml} from '../../knative/text/place-in-yaml.js';
import {printable} from '../../knative/text/printable.js';
import {inCluster} from './in-cluster.js';
import type {Kubeconfig, KubeconfigSource} from './kubeconfig-entries.js';
import {readYaml} from './kubeconfig-yaml.js';

export type {Kubeconfig, KubeconfigEntry, KubeconfigSource} from './kubeconfig-entries.js';

/** The kubeconfig, or what it says, is no way to a cluster. The message tells the operator what to do. */
export class KubeconfigError extends Error {
	override name = 'KubeconfigError';
}

const text = v.optional(v.nullable(v.string()));

/** An entry that is nothing has no name, and names nothing. */
const entries = v.optional(v.nullable(v.array(v.nullable(v.looseObject({name: v.string()})))));

const fileSchema = v.looseObject({
	'current-context': text,
	contexts: entries,
	clusters: entries,
	users: entries,
});

function codeOf(error: unknown): string | undefined {
	return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
}

/** By its byte order mark, as YAML has it: PowerShell writes UTF-16. */
function decoded(bytes: Buffer): string {
	if (bytes.length % 2 === 0) {
		if (bytes[0] === 0xff && bytes[1] === 0xfe) return bytes.toString('utf16le');
		if (bytes[0] === 0xfe && bytes[1] === 0xff) return Buffer.from(bytes).swap16().toString('utf16le');
	}
	return bytes.toString('utf8');
}

async function readKubeconfig(file: string, missingIsFine: boolean): Promise<string | undefined> {
	try {
		return decoded(await readGiven(file));
	} catch (error) {
		const code = codeOf(error);
		if (code === 'ENOENT' && missingIsFine) return undefined;
		const known = {
			ENOENT: 'there is no such file',
			EACCES: 'permission denied',
			EISDIR: 'it is a directory',
		}[code ?? ''];
		const what = `cannot read the kubeconfig ${printable(file)}`;
		// The cause would say the same again, in the words of the system.
		if (known !== undefined) throw new KubeconfigError(`${what}: ${known}`);
		throw new KubeconfigError(`${what}: ${error instanceof Error ? error.message : String(error)}`, {
			cause: error,
		});
	}
}

/** The first of the issues, with the field it is about. */
export function explain(issues: readonly v.BaseIssue<unknown>[]): string {
	const [issue] = issues;
	const where = issue === undefined ? null : v.getDotPath(issue);
	const what =
		issue?.received === 'undefined' ? 'must be given' : printable(issue ? issueWords(issue) : 'is not valid');
	return `${where ?? 'it'}: ${what}`;
}

/** What a kubeconfig may say of itself; nothing is fine (clientcmd: LoadFromFile, with v1 Config as default). */
const ownKind = v.looseObject({
	apiVersion: v.optional(v.nullable(v.picklist(['', 'v1'], 'kubectl knows v1 only'))),
	kind: v.optional(v.nullable(v.picklist(['', 'Config'], 'a kubeconfig is of kind Config'))),
});

function parseFile(content: string, file: string) {
	let document: unknown;
	try {
		document = readYaml(content);
	} catch (error) {
		// Where, and nothing of what stands there: it may be a token. Nor as a cause, whose words would be shown, too.
		throw new KubeconfigError(`the kubeconfig ${file} is not valid YAML${placeInYaml(error)}`);
	}
	const what = v.safeParse(ownKind, document ?? {});
	if (!what.success) throw new KubeconfigError(`${file} is no kubeconfig: ${explain(what.issues)}`);
	const parsed = v.safeParse(fileSchema, document ?? {});
	if (!parsed.success) throw new KubeconfigError(`${file} is no kubeconfig: ${explain(parsed.issues)}`);
	return parsed.output;
}

function merge(files: {file: string; directory: string; content: string}[]): Kubeconfig {
	const merged: Kubeconfig = {
		files: files.map(({file}) => file),
		currentContext: undefined,
		contexts: new Map(),
		clusters: new Map(),
		users: new Map(),
	};
	for (const {file, directory, content} of files) {
		const parsed = parseFile(content, file);
		merged.currentContext ??= parsed['current-context'] || undefined;
		for (const [list, key, into] of [
			[parsed.contexts, 'context', merged.contexts],
			[parsed.clusters, 'cluster', merged.clusters],
			[parsed.users, 'user', merged.users],
		] as const) {
			const names = new Set<string>();
			for (const entry of list ?? []) {
				if (entry === null) continue;
				// Of several files the first one counts; in one file it would be a guess.
				if (names.has(entry.name)) {
					throw new KubeconfigError(
						`${file} has two ${key}s of the name "${printable(entry.name)}"; remove one`,
					);
				}
				names.add(entry.name);
				if (!into.has(entry.name)) into.set(entry.name, {value: entry[key] ?? {}, file, directory});
			}
		}
	}
	return merged;
}

/** Undefined where a container runs as a number without an account and HOME is not set: then there is none. */
function homeDirectory(): string | undefined {
	try {
		const home = homedir();
		return path.isAbsolute(home) ? home : undefined;
	} catch {
		return undefined;
	}
}

/** Paths of the files that count, be they there or not; empty for a text, and where there is nowhere to look. */
function kubeconfigPaths(source: KubeconfigSource): string[] {
	if (source.kubeconfigText !== undefined) return [];
	const env = source.env ?? process.env;
	const listed = (env['KUBECONFIG'] ?? '').split(path.delimiter).filter(Boolean);
	if (source.kubeconfig !== undefined) return [path.resolve(source.kubeconfig)];
	if (listed.length > 0) return listed.map(name => path.resolve(name));
	const home = source.home ?? homeDirectory();
	return home === undefined ? [] : [path.resolve(home, '.kube', 'config')];
}

/**
 * Absolute paths of the files that were named, by flag or by $KUBECONFIG; of the latter those that are there, since kubectl's
 * flag wants each to be. Empty where the usual one counts.
 */
export async function namedKubeconfigs(source: KubeconfigSource): Promise<string[]> {
	const isListed = Boolean((source.env ?? process.env)['KUBECONFIG']);
	if (source.kubeconfig === undefined && !isListed) return [];
	const paths = kubeconfigPaths(source);
	if (source.kubeconfig !== undefined) return paths;
	const stamps = await Promise.all(paths.map(async file => stampOf(file)));
	return paths.filter((_, index) => stamps[index] !== '');
}

/** Changes when the file is written; empty while there is none. */
async function stampOf(file: string): Promise<string> {
	try {
		const {mtimeMs, size, ino} = await stat(file);
		return `${mtimeMs} ${size} ${ino}`;
	} catch {
		return '';
	}
}

/** Changes when one of the files is written; nothing is read. */
export async function kubeconfigStamp(source: KubeconfigSource): Promise<string> {
	const stamps = await Promise.all(kubeconfigPaths(source).map(async file => stampOf(file)));
	return stamps.join('\n');
}

/**
 * Reads and merges the files that count. `isOptional`: there need be none. Throws KubeconfigError when there are none or one
 * cannot be read.
 */
export async function loadKubeconfig(
	source: KubeconfigSource,
	{isOptional = false}: {isOptional?: boolean} = {},
): Promise<Kubeconfig> {
	if (source.kubeconfigText !== undefined) {
		return merge([{file: 'given as text', directory: process.cwd(), content: source.kubeconfigText}]);
	}
	const explicit = source.kubeconfig !== undefined;
	const wanted = kubeconfigPaths(source);
	const found: {file: string; directory: string; content: string}[] = [];
	for (const file of wanted) {
		const content = await readKubeconfig(file, !explicit);
		if (content !== undefined) found.push({file, directory: path.dirname(file), content});
	}
	const merged = merge(found);
	if (explicit || isOptional || merged.contexts.size > 0) return merged;
	const own = await inCluster(source);
	if (own) return own;
	if (found.length > 0) return merged;
	const missing = wanted.map(file => printable(file)).join(', ');
	throw new KubeconfigError(
		`there is no kubeconfig: ${missing === '' ? 'there is no home directory to look in' : `${missing} ${wanted.length > 1 ? 'do' : 'does'} not exist`}; ` +
			'set KUBECONFIG, give --kubeconfig, or start with --sandbox',
	);
}
