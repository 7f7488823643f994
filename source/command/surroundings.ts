/** What every command runs in: the way out. */
import {installLifecycle, type Lifecycle} from '../terminal/lifecycle.js';

/** @param assurance Said after the last words of the console: what its end means for the cluster. */
export function install({assurance}: {assurance?: string} = {}): Lifecycle {
	return installLifecycle({
		name: 'kn-canary',
		isTracing: process.env['KN_CANARY_TRACE'] === '1',
		...(assurance !== undefined && {assurance}),
	});
}
