/** The report of `kn-canary verify` for a reader, and its progress. Pure. */
import {endpointText} from '../../knative/commands/endpoint.js';
import type {LoopSnapshot} from '../../probe/loop/loop.js';
import type {ReportFailure, ReportRow, VerifyReport} from './verify-report.js';

const percent = (share: number) => `${(share * 100).toFixed(1)} %`;
const milliseconds = (value: number | null) => (value === null ? '–' : `${Math.round(value)}`);

/** A line for each revision or unknown answer, then the verdict, then what should be known beside it. */
export function verifyLines(report: VerifyReport): string[] {
	const {service, namespace, url, gateway, requests, rows, verdict, failures, notes} = report;
	const codes = Object.entries(requests.statusCodes)
		.map(([code, number]) => `${code} ×${number}`)
		.join('  ');
	const at = gateway.portForward
		? `the gateway ${gateway.via} via port-forward (latencies include the API server)`
		: endpointText(gateway);
	return [
		`${namespace}/${service}  ${url} at ${at}`,
		`${requests.answered} of ${requests.asked} answered at ${requests.rate}/s, ${requests.errors} failures, ${requests.unattributed} unattributed${codes === '' ? '' : `  (${codes})`}`,
		...gatewayLines(requests),
		...rowLines(rows, verdict.alpha),
		`${{agrees: '✓', disagrees: '✗', 'cannot tell': '?'}[verdict.state]} ${verdict.sentence}`,
		...failures.map(failure => `  ${failureLine(failure)}`),
		...notes.map(note => `  ${note}`),
	];
}

/** Bodies of nobody knows whom that are told one by one; where each answer says something new they tell nothing. */
const mostUnknown = 5;

function rowLines(rows: readonly ReportRow[], alpha: number): string[] {
	const unknown = rows.filter(({why}) => why === 'unknown');
	const rest = new Set(unknown.length > mostUnknown + 1 ? unknown.slice(mostUnknown) : []);
	const answers = [...rest].reduce((sum, {n}) => sum + n, 0);
	return [
		...rows.filter(row => !rest.has(row)).map(row => `  ${rowLine(row, alpha)}`),
		...(rest.size > 0 ? [`  and ${rest.size} more bodies that no tag says  n ${answers}`] : []),
	];
}

/** What is in none of the rows. */
function gatewayLines({gatewayAnswers, unreached}: VerifyReport['requests']): string[] {
	return [
		...(gatewayAnswers > 0 ? [`${gatewayAnswers} answers of the gateway itself: no revision was asked`] : []),
		...(unreached > 0 ? [`${unreached} requests found no gateway`] : []),
	];
}

/** `12:03:11` of an ISO 8601 time, in the time zone of the operator. */
const time = (iso: string) => new Date(iso).toTimeString().slice(0, 8);

function failureLine({code, text, revisions, at, count, first, last}: ReportFailure): string {
	const who =
		revisions.length === 0
			? 'the gateway itself'
			: revisions.length === 1 && at === 'tag'
				? `${revisions.join('')} at its tag`
				: `one of ${revisions.join(', ')}`;
	return `${code} ×${count}  ${time(first)}–${time(last)}  ${who}${text === '' ? '' : `  ${JSON.stringify(text)}`}`;
}

function rowLine(row: ReportRow, alpha: number): string {
	const {fingerprint, expectedPercent, observedShare, interval, n, errors, p50, p95, p99} = row;
	return [
		whose(row),
		JSON.stringify(fingerprint ?? ''),
		`expected ${expectedPercent === null ? '–' : `${expectedPercent} %`}`,
		observedShare === null
			? 'got –'
			: `got ${percent(observedShare)} [${(interval.low * 100).toFixed(1)}–${(interval.high * 100).toFixed(1)} at ${((1 - alpha) * 100).toPrecision(3).replace(/\.?0+$/, '')} %]`,
		`n ${n}`,
		`failures ${errors}`,
		`p50 ${milliseconds(p50)}  p95 ${milliseconds(p95)}  p99 ${milliseconds(p99)} ms`,
	].join('  ');
}

function whose({revision, attribution, why, code, candidates}: ReportRow): string {
	if (revision !== null) return revision;
	if (attribution === 'nobody') return 'unattributed';
	const words = {
		alike: 'identical',
		unheard: 'one of',
		unknown: 'unknown body, one of',
		'no success': `${code ?? ''}, one of`,
		'any host': 'any host gets it, one of',
	};
	return `${words[why ?? 'unknown']}: ${candidates.join(', ')}`;
}

/** One line that is drawn over the one before it. */
export function progressLine(
	{
		answered,
		errors,
		sent,
		inFlight,
		tags,
	}: Pick<LoopSnapshot, 'answered' | 'errors' | 'sent' | 'inFlight' | 'tags'>,
	n: number,
): string {
	const failing = tags.filter(({state}) => state === 'failed').map(({tag}) => tag);
	const waits = sent >= n && inFlight === 0 && failing.length > 0;
	return `${answered}/${n} answered, ${errors} failures${waits ? `; trying ${failing.join(', ')} again` : ''}`;
}
