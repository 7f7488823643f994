/** What one request by hand got back, as lines: what was said, and whose answer that is. Pure. */
import {anyHostSentence} from '../../../release/verdict/any-host-sentence.js';
import type {VerifySheet} from '../../../console/sheets/sheets.js';
import type {Answer} from '../../../console/state/state.js';
import type {Theme} from '../../../terminal/output/theme.js';
import {steadyWidth} from '../../widgets/steady-width.js';
import {duration} from '../../format.js';
import type {DocumentLine} from '../../widgets/document.js';

/** Lines of any width; they are wrapped where they are drawn. */
export function phaseLines(sheet: VerifySheet, theme: Pick<Theme, 'styles' | 'glyphs'>): DocumentLine[] {
	const {phase} = sheet;
	switch (phase.kind) {
		case 'asking':
			return [{text: 'Asking…', style: theme.styles.waiting}];
		case 'not asked':
			return [{text: phase.sentence, style: theme.styles.bad}];
		case 'answered':
			return [
				...answerLines(phase.answer, theme),
				...(sheet.otherwise
					? [{text: ''}, {text: sheet.otherwise.sentence, style: theme.styles.warning}]
					: []),
				// A redirect to TLS is nobody's answer but the gateway's.
				...(phase.redirect === undefined
					? whoseWords(sheet, phase.answer).flatMap(text => [{text: ''}, {text, style: theme.styles.muted}])
					: [{text: ''}, {text: phase.redirect, style: theme.styles.warning}]),
			];
	}
}

/** Whose answer it is, as far as that is known; nothing where there is none. */
function whoseWords(
	{revision, tag, isSettling, hostDoubt, otherwise, guess}: VerifySheet,
	{outcome}: Answer,
): string[] {
	if (outcome.kind === 'failure') return [];
	if (outcome.by === 'gateway') {
		return [
			outcome.status === 404
				? '404 from the gateway itself: no route for this host.'
				: `${outcome.code} from the gateway itself: no revision answered.`,
			...(guess === undefined ? [] : [guess]),
		];
	}
	const anyHosts = anyHostSentence(outcome, revision);
	if (anyHosts !== undefined) return [anyHosts];
	if (hostDoubt !== undefined) return ['Nothing says whose answer this is.'];
	const whose =
		revision === undefined
			? 'Drawn by the gateway from the split: ask again and another revision may answer.'
			: isSettling
				? `The route has not settled on its split: a revision other than ${revision} may have answered.`
				: tag === undefined
					? `Answered by ${revision}, which has all of the traffic.`
					: otherwise?.isByHeader === true
						? `Answered by ${revision}, if the header arrives; without it the split decides.`
						: `Answered by ${revision} (tag URLs ignore the split).`;
	return saysNo(outcome)
		? [whose, 'The application said no, which may be right for what was asked.']
		: [whose];
}

type ShownResponse = Extract<Answer['outcome'], {kind: 'response'}>;

/** HTTP 4xx, or a gRPC status other than OK that is not the server's fault: only who wrote the application can tell. */
const saysNo = ({error, status}: ShownResponse) => !error && (status >= 400 || (status > 0 && status < 100));

function answerLines(
	{outcome, latency}: Answer,
	{styles, glyphs}: Pick<Theme, 'styles' | 'glyphs'>,
): DocumentLine[] {
	if (outcome.kind === 'failure') {
		return [{text: `${glyphs.bad} ${outcome.sentence}`, style: styles.bad, indent: 2}];
	}
	const {code, error, by, contentType, body, truncated, location} = outcome;
	const head = [code, duration(latency), contentType].filter(part => part !== '').join('  ');
	const {glyph, style} =
		error || by === 'gateway'
			? {glyph: glyphs.bad, style: styles.bad}
			: saysNo(outcome) || outcome.isToAnyHost
				? {glyph: glyphs.warning, style: styles.warning}
				: {glyph: glyphs.ok, style: styles.ok};
	return [
		{text: `${glyph} ${head}`, style},
		...(location === undefined ? [] : [{text: `Location: ${location} (not followed)`, style: styles.key}]),
		...(body === ''
			? [{text: '(no body)', style: styles.muted}]
			: steadyWidth(body)
					.replace(/\n$/, '')
					.split('\n')
					.map(text => ({text, style: styles.key}))),
		...(truncated ? [{text: '(more than 64 KiB; the rest was not read)', style: styles.muted}] : []),
	];
}
