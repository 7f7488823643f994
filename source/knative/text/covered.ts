/** What may be secret of an object, covered: to be shown to whoever looks at the screen, never to be sent. Pure. */

export const cover = '•••';

/** Names after which something secret stands: of annotations, arguments, headers, parameters. */
const secretName =
	/pass(?:word|wd|phrase|code)?$|^pw$|pwd$|secret|token|api[-_.]?key|(?:access|private|secret|signing|encryption|account|shared|master)[-_.]?key|credential|^auth$|authorization|bearer|cookie|signature|dsn$|connection[-_.]?string|jdbc/i;

/** Whether what stands after that name is secret. */
export const isSecretName = (name: string): boolean => secretName.test(name);

/** A user and a password in an address. */
const userInfo = /([a-z][a-z0-9+.-]*:\/\/)[^/?#\s@'"]+@/gi;
/** `?token=…`, `password=…`, `--api-key=…` within a text, or `"secret":"…"`, to where that ends. */
const assigned = /([\w.-]*)(?:(=)(?:[^\s&;,"'\\]|\\.)+|("\s*:\s*")(?:[^"\\]|\\.)+)/g;
/** One parameter of a query. */
const parameter = /([?&])([^=&#\s]+)=[^&#\s]+/g;
/** A JSON Web Token, whatever it is called. */
const webToken = /\beyJ[\w-]+\.[\w-]*\.?[\w-]*/g;
const afterScheme = /\b(Bearer|Basic) +[\w.~+/=-]+/gi;
/** Something packed: nobody reads it, and who unpacks it finds the object with its variables. */
const packed = /^[\w+/=-]{80,}$/;

/** What stands where a secret stands, covered. */
export function coveredText(text: string): string {
	return text
		.replaceAll(userInfo, `$1${cover}@`)
		.replaceAll(webToken, cover)
		.replaceAll(afterScheme, `$1 ${cover}`)
		.replaceAll(assigned, (whole: string, name: string, sign = '', quoted = '') =>
			isSecretName(name) ? `${name}${sign}${quoted}${cover}` : whole,
		);
}

/** The same of a path with its query: a parameter ends at the next one. */
export function coveredPath(path: string): string {
	return coveredText(
		path.replaceAll(parameter, (whole: string, sign: string, name: string) =>
			isSecretName(name) ? `${sign}${name}=${cover}` : whole,
		),
	);
}

/** The place in a text from which on something in it may be secret; undefined where nothing is. */
export function secretFrom(text: string): number | undefined {
	const covered = coveredText(text);
	if (covered === text) return undefined;
	let place = 0;
	while (place < covered.length && covered[place] === text[place]) place++;
	return place;
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
	typeof value === 'object' && value !== null && !Array.isArray(value);

/** Words of a command line: what follows a flag that is named so is its value. */
function coveredWords(words: readonly unknown[]): unknown[] {
	return words.map((word, index) => {
		const before: unknown = words[index - 1];
		const flag = typeof before === 'string' ? /^--?([\w.-]+)$/.exec(before)?.[1] : undefined;
		if (typeof word === 'string' && flag !== undefined && isSecretName(flag) && !word.startsWith('-')) {
			return cover;
		}
		return typeof word === 'string' ? coveredText(word) : coveredValue(word);
	});
}

/** `name` and `value`, of variables and headers: the value of a variable is covered whatever its name is. */
function coveredPairs(pairs: readonly unknown[]): unknown[] {
	return pairs.map(pair =>
		isRecord(pair) && 'value' in pair && pair['value'] !== '' && pair['value'] !== null
			? {...pair, value: cover}
			: coveredValue(pair),
	);
}

/** Annotations hold whole manifests: what kubectl applied last, and others like it. */
function coveredAnnotations(annotations: Record<string, unknown>): Record<string, unknown> {
	return Object.fromEntries(
		Object.entries(annotations).map(([name, value]) => [name, coveredAnnotation(name, value)]),
	);
}

function coveredAnnotation(name: string, value: unknown): unknown {
	if (typeof value !== 'string') return coveredValue(value);
	const text = value.trim();
	if (/^[{[]/.test(text)) {
		try {
			return `${JSON.stringify(coveredValue(JSON.parse(text)))}${value.endsWith('\n') ? '\n' : ''}`;
		} catch {
			// Cut, or something other than it looks like.
			return /"?(?:env|value|data)"?\s*:/.test(text) ? cover : coveredText(value);
		}
	}
	const last = name.slice(name.lastIndexOf('/') + 1);
	if (isSecretName(last) || packed.test(text)) return cover;
	// A manifest as YAML.
	return /^\s*(?:- )?(?:env|value|stringData|data):/m.test(value) ? cover : coveredText(value);
}

function coveredField(name: string, value: unknown): unknown {
	if (Array.isArray(value)) {
		if (name === 'env' || name === 'httpHeaders') return coveredPairs(value);
		if (name === 'args' || name === 'command') return coveredWords(value);
		return value.map(item => coveredValue(item));
	}
	if (name === 'annotations' && isRecord(value)) return coveredAnnotations(value);
	// Of a Secret, or of one that somebody has put into another object.
	if ((name === 'stringData' || name === 'data') && isRecord(value)) {
		return Object.fromEntries(Object.keys(value).map(key => [key, cover]));
	}
	return coveredValue(value);
}

/**
 * A copy with the values of variables and headers covered, also in manifests within annotations; of arguments and all other
 * texts what stands where a secret stands: users and passwords in addresses, tokens, what follows a name that says so.
 * What a variable is taken from is no secret.
 */
export function coveredValue(value: unknown): unknown {
	if (typeof value === 'string') return coveredText(value);
	if (Array.isArray(value)) return value.map(item => coveredValue(item));
	if (!isRecord(value)) return value;
	return Object.fromEntries(Object.entries(value).map(([name, part]) => [name, coveredField(name, part)]));
}

/** The same of a message of gRPC: what stands under a name that says so is covered, whatever it is. */
export function coveredMessage(message: object): object {
	return Object.fromEntries(
		Object.entries(message).map(([name, value]: [string, unknown]) => [
			name,
			isSecretName(name) && value !== null ? cover : coveredPart(value),
		]),
	);
}

/** The same of the body of a request, where that is JSON; else as any text. */
export function coveredBody(body: string): string {
	const message = bodyMessage(body);
	if (message === undefined) return coveredText(body);
	const covered = JSON.stringify(coveredMessage(message));
	return covered === JSON.stringify(message) ? body : covered;
}

function bodyMessage(body: string): object | undefined {
	try {
		const parsed: unknown = JSON.parse(body);
		return isRecord(parsed) ? parsed : undefined;
	} catch {
		return undefined;
	}
}

function coveredPart(value: unknown): unknown {
	if (typeof value === 'string') return coveredText(value);
	if (Array.isArray(value)) return value.map(item => coveredPart(item));
	return isRecord(value) ? coveredMessage(value) : value;
}
