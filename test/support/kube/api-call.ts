/** What tests send straight to an API server, and what they see of its answer. */
import type {IncomingMessage} from 'node:http';
import type {JsonObject} from '../../../source/sandbox/api/body/json.js';

export type Answer = {
	code: number;
	headers: IncomingMessage['headers'];
	text: string;
	/** The parsed body; an empty object when it is no JSON object. */
	body: JsonObject;
	/** The texts of the Warning headers. */
	warnings: string[];
};

export type CallOptions = {
	body?: unknown;
	/** The body as it is, instead of `body` in JSON. */
	raw?: string;
	headers?: Record<string, string>;
};

/** The texts of an answer's Warning headers, without code, agent, quotes and escapes. */
export function warningsOf({headersDistinct}: IncomingMessage): string[] {
	return (headersDistinct['warning'] ?? []).map(value =>
		(/^299 - "(?<text>.*)"$/.exec(value)?.groups?.['text'] ?? value).replaceAll(
			/\\(?<kept>["\\])/g,
			'$<kept>',
		),
	);
}
