/**
 * The fingerprint of an answer: the part of it that says which revision it came from. Knative puts no revision name in
 * a response, so only what the application itself says can tell (knative-serving: the activator and the queue-proxy
 * remove `Knative-Serving-Revision`, which the gateway adds to the request, before the application sees it).
 *
 * A fingerprint is printable and short, because it is drawn, compared and kept. None is undefined.
 */
import {jsonOf} from '../../knative/text/json-text.js';
import {printable} from '../../knative/text/printable.js';
import {truncate} from '../../knative/text/truncate.js';
import {detached} from '../transport/body.js';

/** A response before anything of it was made printable or shortened. Not to be shown. */
export type ReceivedResponse = {
	status: number;
	/** Names in lower case. */
	headers: Readonly<Record<string, string>>;
	/** As text, at most 64 KiB. */
	body: string;
};

export type Fingerprinter = (response: ReceivedResponse) => string | undefined;

/** UTF-16 units of a fingerprint or first line that are kept; it is a label, not the body. */
const lengthLimit = 256;

/** One line of foreign text, printable, without blanks around it, with `…` where it was cut. */
export function toLabel(line: string): string {
	const text = line.trim();
	return detached(text.length > lengthLimit ? `${printable(truncate(text, lengthLimit))}…` : printable(text));
}

function labelOrNone(text: string | undefined): string | undefined {
	const label = text === undefined ? '' : toLabel(text);
	return label === '' ? undefined : label;
}

/** The first line of a body that is not blank, as a label; empty when there is none. */
export function firstLineOf(body: string): string {
	return toLabel(/[^\r\n]*\S[^\r\n]*/.exec(body)?.[0] ?? '');
}

/** The default: the first line of the body that is not blank. */
export const byFirstLine: Fingerprinter = response => labelOrNone(firstLineOf(response.body));

/** The status code alone. */
const byStatus: Fingerprinter = response => String(response.status);

/** The value of one header, whatever its case. */
export function byHeader(name: string): Fingerprinter {
	const key = name.toLowerCase();
	return response => labelOrNone(response.headers[key]);
}

/** The first group of the expression where it has one, or else all it matches, sought in the body. */
export function byRegularExpression(expression: RegExp): Fingerprinter {
	// A copy without `g` and `y`, which would make the result depend on the answer before.
	const pattern = new RegExp(expression.source, expression.flags.replaceAll(/[gy]/g, ''));
	return response => {
		const match = pattern.exec(response.body);
		return labelOrNone(match?.[1] ?? match?.[0]);
	};
}

/**
 * The value at a path of keys and indexes in a JSON body: `version`, `build.commit`, `items.0.id`.
 * Only strings, numbers and booleans are fingerprints.
 */
function byJsonPath(path: string): Fingerprinter {
	const keys: string[] = path.replace(/^\$?\./, '').split('.');
	return response => {
		let value = jsonOf(response.body);
		for (const key of keys) {
			value = ownEntry(value, key);
		}

		return ['string', 'number', 'boolean'].includes(typeof value) ? labelOrNone(String(value)) : undefined;
	};
}

function ownEntry(value: unknown, key: string): unknown {
	return typeof value === 'object' && value !== null
		? Object.getOwnPropertyDescriptor(value, key)?.value
		: undefined;
}

/**
 * The fingerprinter that a flag asks for: `first-line`, `status`, `header:NAME`, `json:PATH` or `/REGEXP/FLAGS`.
 * Throws TypeError with a sentence for the operator when it is none of these.
 */
export function parseFingerprint(text: string): Fingerprinter {
	if (text === 'first-line') {
		return byFirstLine;
	}

	if (text === 'status') {
		return byStatus;
	}

	const named = /^(header|json):(.+)$/.exec(text);
	if (named?.[1] === 'header' && /^[\w!#$%&'*+.^`|~-]+$/.test(named[2]!)) {
		return byHeader(named[2]!);
	}

	if (named?.[1] === 'json') {
		return byJsonPath(named[2]!);
	}

	const expression = /^\/(.+)\/([a-z]*)$/s.exec(text);
	if (expression) {
		try {
			return byRegularExpression(new RegExp(expression[1]!, expression[2]));
		} catch (error) {
			throw new TypeError(
				`The fingerprint ${text} is no regular expression: ${error instanceof Error ? error.message : String(error)}.`,
				{
					cause: error,
				},
			);
		}
	}

	throw new TypeError(
		`The fingerprint ${JSON.stringify(text)} is not known: use first-line, status, header:NAME, json:PATH or /REGEXP/.`,
	);
}
