/** The report of `kn-canary verify` for a reader, and its progress. Pure. */
import {endpointText} from '../knative/commands/endpoint.js';
import type {LoopSnapshot} from '../probe/loop/loop.js';
import type {ReportRow, VerifyReport} from './verify-report.js';

const percent = (share: number) => `${(share * 100).toFixed(1)} %`;
const milliseconds = (value: number | null) => (value === null ? '–' : `${Math.round(value)}`);

/** A line for each revision or unknown answer, then the verdict, then what should be known beside it. */
export function verifyLines(report: VerifyReport): string[] {
	const {service, namespace, url, gateway, requests, rows, verdict, notes} = report;
	const codes = Object.entries(requests.statusCodes)
		.map(([code, number]) => `${code} ×${number}`)
		.join('  ');
	const at = gateway.portForward
		? `the gateway ${gateway.via} via port-forward (latencies include the API server)`
		: endpointText(gateway);
	return [
		`${namespace}/${service}  ${url} at ${at}`,
		`${requests.answered} of ${requests.asked} answered at ${requests.rate}/s, ${requests.errors} errors, ${requests.unattributed} unattributed${codes === '' ? '' : `  (${codes})`}`,
		...rows.map(row => `  ${rowLine(row)}`),
		`${{agrees: '✓', disagrees: '✗', 'cannot tell': '?'}[verdict.state]} ${verdict.sentence}`,
		...notes.map(note => `  ${note}`),
	];
}

function rowLine(row: ReportRow): string {
	const {fingerprint, expectedPercent, observedShare, interval, n, errors, p50, p95, p99} = row;
	return [
		whose(row),
		JSON.stringify(fingerprint ?? ''),
		`expected ${expectedPercent === null ? '–' : `${expectedPercent} %`}`,
		observedShare === null
			? 'seen –'
			: `seen ${percent(observedShare)} [${(interval.low * 100).toFixed(1)}–${(interval.high * 100).toFixed(1)}]`,
		`n ${n}`,
		`errors ${errors}`,
		`p50 ${milliseconds(p50)}  p95 ${milliseconds(p95)}  p99 ${milliseconds(p99)} ms`,
	].join('  ');
}

function whose({revision, attribution, candidates}: ReportRow): string {
	if (revision !== null) return revision;
	return attribution === 'unknown' ? 'unattributed' : `${attribution}: ${candidates.join(', ')}`;
}

/** One line that is drawn over the one before it. */
export function progressLine({answered, errors}: LoopSnapshot, n: number): string {
	return `${answered}/${n} answered, ${errors} errors`;
}
