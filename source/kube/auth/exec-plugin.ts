/**
 * Runs a credential plugin as kubectl does (kubernetes/client-go plugin/pkg/client/auth/exec/exec.go): what it is told, what
 * it says while it runs, and how it ends. What it says is for the operator (a code to enter, a page to open), and is
 * handed over as it comes; what it printed is read by exec-credential.ts.
 */
import {spawn, type ChildProcess} from 'node:child_process';
import {closeSync, constants, openSync} from 'node:fs';
import {access, stat} from 'node:fs/promises';
import path from 'node:path';
import {isatty} from 'node:tty';
import {readGiven} from '../../files/given-file.js';
import {printable} from '../../knative/text/printable.js';
import {parseCredential, PluginError, type ExecCredential} from './exec-credential.js';
import type {SelectedContext} from './kubeconfig.js';

export type PluginRunOptions = {
	/**
	 * Whether it gets the terminal: it then runs beside us in our session, and what it says goes there. Otherwise it has a
	 * session of its own, in which there is no terminal to take keys from or to write to.
	 */
	interactive: boolean;
	/** Told of each line that it says on stderr, printable, as soon as it is said; not where it has the terminal. */
	onSaid?: (line: string) => void;
	/** Ends it, and all that it has started. */
	signal?: AbortSignal | undefined;
	/** Milliseconds that one without the terminal may stay silent from its start; whoever has spoken is waited for. */
	silence?: number;
};

/** Longer than an identity provider takes to answer on a bad line, and than a person waits for nothing. */
const usualSilence = 120_000;

/** A certificate and its key are a few kilobytes. */
const longestOutput = 4 * 1024 * 1024;
const longestLine = 2000;

/** Colours (SGR, ECMA-48 §8.3.117): they would stand in the middle of a code that is to be copied. */
const escape = '\u001B';
const colours = new RegExp(`${escape}\\[[\\d;:]*m`, 'g');

/** What a plugin is told by $KUBERNETES_EXEC_INFO: client.authentication.k8s.io ExecCredential. */
async function execInfo({cluster, user}: SelectedContext, interactive: boolean): Promise<string> {
	const exec = user.exec!;
	const ca =
		cluster['certificate-authority-data'] ??
		(cluster['certificate-authority']
			? (await readGiven(cluster['certificate-authority'])).toString('base64')
			: undefined);
	const config = cluster.extensions?.find(
		({name}) => name === 'client.authentication.k8s.io/exec',
	)?.extension;
	return JSON.stringify({
		kind: 'ExecCredential',
		apiVersion: exec.apiVersion,
		spec: {
			...(exec.provideClusterInfo && {
				cluster: {
					server: cluster.server,
					'tls-server-name': cluster['tls-server-name'] ?? undefined,
					'insecure-skip-tls-verify': cluster['insecure-skip-tls-verify'] ?? undefined,
					'certificate-authority-data': ca,
					'proxy-url': cluster['proxy-url'] ?? undefined,
					'disable-compression': cluster['disable-compression'] ?? undefined,
					config,
				},
			}),
			interactive,
		},
	});
}

/**
 * Runs the plugin of the context's user once.
 * @throws PluginError; what `signal` was aborted with.
 */
export async function runExecPlugin(
	selected: SelectedContext,
	{interactive, onSaid = () => {}, signal, silence = usualSilence}: PluginRunOptions,
): Promise<ExecCredential> {
	const exec = selected.user.exec!;
	signal?.throwIfAborted();
	const env: NodeJS.ProcessEnv = {...process.env};
	for (const {name, value} of exec.env ?? []) env[name] = value ?? '';
	env['KUBERNETES_EXEC_INFO'] = await execInfo(selected, interactive);
	const file = await located(exec.command);
	if (file === undefined) throw new PluginError(notInstalled(exec.installHint), true);
	const [input, errors] = interactive ? [lent(0), lent(2)] : [];
	const child = spawn(file, exec.args ?? [], {
		argv0: exec.command,
		env,
		stdio: [input ?? 'ignore', 'pipe', errors ?? 'pipe'],
		detached: !interactive,
	});
	for (const descriptor of [input, errors]) if (typeof descriptor === 'number') closeSync(descriptor);
	const output = await outputOf(child, {interactive, onSaid, signal, silence, hint: exec.installHint});
	return parseCredential(output, exec.apiVersion);
}

/**
 * What of ours it gets: the terminal opened once more, for it alone. A program that is started has its descriptors set to wait
 * until the terminal takes what is written; where they were ours too, so would we, for ever where it takes nothing.
 */
function lent(descriptor: 0 | 2): number | 'inherit' {
	if (!isatty(descriptor)) return 'inherit';
	try {
		return openSync(`/dev/fd/${descriptor}`, constants.O_RDWR | constants.O_NOCTTY);
	} catch {
		// It is the terminal of another user (`su`), or has no name here.
		return 'inherit';
	}
}

async function outputOf(
	child: ChildProcess,
	{
		interactive,
		onSaid,
		signal,
		silence,
		hint,
	}: Required<Omit<PluginRunOptions, 'signal'>> & {
		signal: AbortSignal | undefined;
		hint: string | null | undefined;
	},
): Promise<string> {
	const {promise, resolve, reject} = Promise.withResolvers<string>();
	let lastSaid: string | undefined;
	let output = '';
	const end = () => endAll(child, !interactive);
	const timer = interactive
		? undefined
		: setTimeout(() => {
				end();
				reject(new PluginError(`it has said nothing for ${Math.round(silence / 1000)} s`));
			}, silence);
	const onAbort = () => {
		end();
		reject(signal?.reason);
	};
	signal?.addEventListener('abort', onAbort, {once: true});
	child.stdout?.setEncoding('utf8').on('data', (text: string) => {
		output += text;
		if (output.length <= longestOutput) return;
		end();
		reject(new PluginError('it says more than any credentials are'));
	});
	const stderrLines = linesOf(line => {
		clearTimeout(timer);
		lastSaid = line;
		onSaid(line);
	});
	child.stderr
		?.setEncoding('utf8')
		.on('data', (text: string) => stderrLines.add(text))
		.on('end', () => stderrLines.end());
	child.once('error', error => {
		const isMissing = 'code' in error && error.code === 'ENOENT';
		const why = isMissing ? notInstalled(hint) : notRun(error);
		reject(new PluginError(why, isMissing, {cause: error}));
	});
	// Not until stderr is closed: a browser that it has opened may have that for hours.
	const printed = new Promise(done => child.stdout?.once('close', done));
	const ended = async (code: number | null, killedBy: string | null) => {
		await printed;
		if (code === 0) return resolve(output);
		// What was said last may still arrive.
		await new Promise(done => setImmediate(done));
		stderrLines.end();
		const how = killedBy === null ? `exit code ${code}` : `ended by ${killedBy}`;
		// The last words say what is wrong; those before, what it was about to do.
		const words = lastSaid;
		const wordless = interactive
			? 'it failed, and what it said went to the terminal'
			: 'it failed without a word';
		const error = new PluginError(`${words ?? wordless} (${how})`);
		error.isUnheard = interactive && words === undefined;
		reject(error);
	};
	child.once('exit', (code, killedBy) => void ended(code, killedBy));
	try {
		return await promise;
	} finally {
		clearTimeout(timer);
		signal?.removeEventListener('abort', onAbort);
	}
}

const notInstalled = (hint: string | null | undefined): string =>
	`it is not installed${hint ? `. ${printable(hint.trim())}` : ''}`;

const notRun = (error: Error): string =>
	'code' in error && error.code === 'EACCES'
		? 'it is no file that may be executed (EACCES)'
		: printable(error.message);

/** Milliseconds that it has to end by itself. */
const grace = 1000;

/** One that has its own session may have started others in it. Whoever does not heed the request is killed, at the latest with us. */
function endAll(child: ChildProcess, isLeader: boolean): void {
	const {pid} = child;
	const isOver = () => child.exitCode !== null || child.signalCode !== null;
	if (pid === undefined || isOver()) return;
	const send = (signal: 'SIGTERM' | 'SIGKILL') => {
		try {
			if (isLeader) process.kill(-pid, signal);
			else child.kill(signal);
		} catch {
			// It has ended by itself.
		}
	};
	send('SIGTERM');
	const kill = () => send('SIGKILL');
	const timer = setTimeout(kill, grace).unref();
	process.once('exit', kill);
	child.once('exit', () => {
		clearTimeout(timer);
		process.off('exit', kill);
	});
}

/** Text as it comes, cut anywhere, as lines. A line that is still being written counts when it is followed by a pause. */
function linesOf(onLine: (line: string) => void): {add(text: string): void; end(): void} {
	let rest = '';
	let timer: NodeJS.Timeout | undefined;
	const say = (line: string) => {
		const shown = printable(line.replaceAll(colours, '').slice(0, longestLine)).trimEnd();
		if (shown.trim() !== '') onLine(shown);
	};
	const flush = () => {
		clearTimeout(timer);
		if (rest !== '') say(rest);
		rest = '';
	};
	return {
		add(text) {
			clearTimeout(timer);
			const pieces = (rest + text).split(/\r\n|\n|\r/);
			rest = pieces.pop()!.slice(0, longestLine);
			for (const piece of pieces) say(piece);
			// A prompt has no line feed at its end.
			if (rest !== '') timer = setTimeout(flush, 200);
		},
		end: flush,
	};
}

/**
 * Where a command without a separator is, by our own $PATH, as kubectl looks: what the kubeconfig sets for the plugin is for that
 * alone. Undefined where it is nowhere.
 */
async function located(command: string): Promise<string | undefined> {
	if (command.includes(path.sep) || process.platform === 'win32') return command;
	for (const directory of (process.env['PATH'] ?? '').split(path.delimiter)) {
		// As Go: what lies in the current directory is not run by its name.
		if (!path.isAbsolute(directory)) continue;
		const file = path.join(directory, command);
		try {
			await access(file, constants.X_OK);
			if ((await stat(file)).isFile()) return file;
		} catch {
			// The next may have it.
		}
	}
	return undefined;
}
