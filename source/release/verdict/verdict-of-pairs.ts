/** What pairs of requests to both revisions say, in the words of a release. Pure. */
import type {Comparison} from '../../probe/pairs/comparison.js';
import type {CanaryVerdict} from './canary-verdict.js';

const side = ({revision, asked, failed, p50}: Comparison['fresh']) => ({revision, asked, failed, p50});

/** As a release keeps it in its note and its warnings. */
export function verdictOfPairs({
	fresh,
	old,
	pairs,
	errors,
	latency,
	isProven,
	bound,
}: Comparison): CanaryVerdict {
	return {
		canary: side(fresh),
		stable: side(old),
		pairs,
		errors: errors.state,
		latency: latency.state,
		isProven,
		bound,
	};
}
