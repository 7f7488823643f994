/** How a canary does beside what users have, as if eighty pairs of requests had been sent. */
import type {CanaryVerdict} from '../../../source/release/verdict/canary-verdict.js';

/** Of `cart-00002` beside `cart-00001`. */
export const verdict = (
	errors: CanaryVerdict['errors'],
	latency: CanaryVerdict['latency'] = 'not slower',
): CanaryVerdict => ({
	canary: {revision: 'cart-00002', asked: 80, failed: errors === 'worse' ? 20 : 0},
	stable: {revision: 'cart-00001', asked: 80, failed: 0},
	pairs: 80,
	errors,
	latency,
	isProven: true,
	bound: 0.03,
});
