/**
 * What is sent and answered, for `-v` and `--log`: method, place, status and time. No headers and no bodies, so that no token,
 * cookie or variable is in it; of a query only what Kubernetes' own parameters say.
 */
import {channel} from 'node:diagnostics_channel';
import {chmodSync, closeSync, constants, fstatSync, openSync, renameSync, writeSync} from 'node:fs';
import * as v from 'valibot';
import {printable} from '../knative/text/printable.js';
import {callBegins, callEnds} from '../probe/transport/call-channels.js';

/** Bytes after which the file is put aside as `<file>.1`. */
const largest = 5 * 1024 * 1024;

/** Parameters of the Kubernetes API: what they say is no secret. */
const plain = new Set(
	(
		'allowWatchBookmarks container continue dryRun fieldManager fieldSelector fieldValidation follow force gracePeriodSeconds ' +
		'labelSelector limit ports previous propagationPolicy resourceVersion resourceVersionMatch sendInitialEvents sinceSeconds ' +
		'tailLines timeoutSeconds timestamps watch'
	).split(' '),
);

/** `/path?limit=250&key=…` */
export function shownPath(path: string): string {
	const [place = '', query] = path.split(/\?(.*)/s);
	if (query === undefined) return printable(place);
	const shown = query.split('&').map(pair => {
		const name = pair.split('=')[0] ?? '';
		return plain.has(name) ? pair : `${name}=…`;
	});
	return printable(`${place}?${shown.join('&')}`);
}

const request = v.object({
	method: v.string(),
	origin: v.union([v.string(), v.instance(URL)]),
	path: v.string(),
});
const answered = v.object({response: v.object({statusCode: v.number()})});
const callEnded = v.object({status: v.string()});
const failed = v.object({error: v.object({message: v.string(), code: v.optional(v.string())})});
const withRequest = v.looseObject({
	request: v.custom<object>(value => typeof value === 'object' && value !== null),
});

const onMessage =
	(use: (message: v.InferOutput<typeof withRequest>) => void) =>
	(message: unknown): void => {
		const parsed = v.safeParse(withRequest, message);
		if (parsed.success) use(parsed.output);
	};

/** Hears undici, by which all goes to the API server and to Prometheus, and the probe. */
export function tellRequests(
	{verbose, log}: {verbose: boolean; log: string | undefined},
	{
		stderr = process.stderr,
		now = Date.now,
	}: {stderr?: {write(text: string): unknown}; now?: () => number} = {},
): void {
	const file = log === undefined ? undefined : openLog(log);
	const say = (line: string) => {
		const text = `${new Date(now()).toISOString()} ${line}\n`;
		if (verbose) stderr.write(text);
		file?.(text);
	};
	const begun = new WeakMap<object, {line: string; at: number}>();
	const begin = onMessage(({request: key}) => {
		const parsed = v.safeParse(request, key);
		if (!parsed.success) return;
		const {method, origin, path} = parsed.output;
		const line = printable(`${method} ${new URL(origin).origin}${shownPath(path)}`);
		begun.set(key, {line, at: now()});
		say(`→ ${line}`);
	});
	channel('undici:request:create').subscribe(begin);
	callBegins.subscribe(begin);
	const end = (key: object, words: string) => {
		const found = begun.get(key);
		if (!found) return;
		begun.delete(key);
		say(`← ${words} in ${now() - found.at} ms: ${found.line}`);
	};
	channel('undici:request:headers').subscribe(
		onMessage(message => {
			const parsed = v.safeParse(answered, message);
			if (parsed.success) end(message.request, String(parsed.output.response.statusCode));
		}),
	);
	channel('undici:request:error').subscribe(
		onMessage(message => {
			const parsed = v.safeParse(failed, message);
			const {code, message: words} = parsed.success ? parsed.output.error : {message: 'failed'};
			end(message.request, printable(code === undefined ? words : `${code} (${words})`));
		}),
	);
	callEnds.subscribe(
		onMessage(message => {
			const parsed = v.safeParse(callEnded, message);
			if (parsed.success) end(message.request, parsed.output.status);
		}),
	);
	// Named in full, as the build replaces them.
	const version = process.env['KN_CANARY_VERSION'];
	const commit = process.env['KN_CANARY_COMMIT'];
	say(
		`kn-canary ${version} ${commit ?? ''} on Node ${process.versions.node}, ${process.platform} ${process.arch}`,
	);
	process.once('exit', code => say(`ends with ${code}`));
}

/**
 * Writes at once: what is in it when the program is killed is what a bug report needs. A disk that takes nothing ends the log
 * and nothing else.
 */
function openLog(path: string): (text: string) => void {
	let file: number | undefined;
	let size = 0;
	let isRegular = true;
	const open = () => {
		// Neither opening nor writing waits for whoever should read from a pipe.
		const {O_WRONLY, O_APPEND, O_CREAT, O_NONBLOCK} = constants;
		file = openSync(path, O_WRONLY | O_APPEND | O_CREAT | O_NONBLOCK, 0o600);
		const about = fstatSync(file);
		isRegular = about.isFile();
		// One that was there before may be anybody's to read.
		chmodSync(path, 0o600);
		({size} = about);
	};
	try {
		open();
	} catch (error) {
		const isUnread = codeOf(error) === 'ENXIO';
		const why = error instanceof Error ? error.message : String(error);
		process.stderr.write(
			`--log ${printable(path)}: ${isUnread ? 'it is a pipe that nobody reads from' : printable(why)}\n`,
		);
	}
	return text => {
		if (file === undefined) return;
		try {
			if (isRegular && size > largest) {
				closeSync(file);
				file = undefined;
				renameSync(path, `${path}.1`);
				open();
			}
			if (file !== undefined) size += writeSync(file, text);
		} catch (error) {
			// A pipe that is full: its reader misses a line, and nobody waits for it.
			if (codeOf(error) !== 'EAGAIN') file = undefined;
		}
	};
}

const codeOf = (error: unknown) => (error instanceof Error && 'code' in error ? error.code : undefined);
