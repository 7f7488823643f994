/** What is known of a gateway that was not found, in a few words. Pure. */
import type {GatewayState} from '../state/state.js';

export function missingGateway({
	isBarred,
	isUnknown,
	missing,
}: Extract<GatewayState, {kind: 'not found'}>): string {
	if (isBarred) return 'no way to the gateway';
	return isUnknown || missing ? 'gateway not known' : 'no gateway';
}
