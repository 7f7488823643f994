import type {ProbeOutcome} from './probe.js';

/** What an answer says in a few words: where a redirect leads, the title of a page, else the first line. Printable. */
export function answerSummary(outcome: ProbeOutcome): string {
	if (outcome.kind === 'failure') return outcome.sentence;
	const {location, body, firstLine} = outcome;
	if (location !== undefined) return `to ${location}`;
	const title = /<title[^>]*>\s*([^<]*?)\s*<\/title>/i.exec(body)?.[1];
	return title === undefined || title === '' ? firstLine : title;
}

/** Where a redirect leads, of what was said of it in a few words; undefined of anything else. */
export const placeIn = (summary: string): string | undefined => /^(?:\d+ )?to (.+)$/.exec(summary)?.[1];

/** `404 Not Found`: a status with what was said, which mostly begins with the status itself. */
export function withCode(code: string, text: string): string {
	return text.startsWith(code) ? text : `${code} ${text}`.trim();
}

/** What stays the same from answer to answer: ids of requests, times and other words with a number are none of it. */
export function withoutIds(text: string): string {
	return text
		.replaceAll(/[\w+/=-]{20,}/g, word => (/\d/.test(word) ? '#' : word))
		.replaceAll(/\w*\d\w*|[\da-f-]{6,}/gi, '#');
}
