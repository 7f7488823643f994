/** Failures as lines: how often, since when and until when, whose, and what they said. Pure. */
import type {FailureEntry} from '../../console/state/state.js';
import {clock, shortRevision} from '../format.js';
import {steadyWidth} from '../widgets/steady-width.js';

/** `500 ×17  12:04:21–12:08:03  …00002 (tag)  Internal Server Error` */
export function failureText(
	{code, count, first, last, text, ...failure}: FailureEntry,
	service: string,
): string {
	const when = first === last ? clock(last) : `${clock(first)}–${clock(last)}`;
	return [`${code} ×${count}`, when, failureOf(failure, service), steadyWidth(text)]
		.filter(part => part !== '')
		.join('  ');
}

/** Whose it is, as far as that is known. */
function failureOf(
	{at, revisions, grade}: Pick<FailureEntry, 'at' | 'revisions' | 'grade'>,
	service: string,
): string {
	if (grade === 'gateway') return 'gateway';
	const names = revisions.map(revision => shortRevision(revision, service));
	if (at === 'tag') return `${names.join(' ')} (tag)`;
	return names.length === 1 ? names.join('') : `one of ${names.join(' ')}`;
}
