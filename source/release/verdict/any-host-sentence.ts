/** What is said of one answer that any host gets. Pure. */
import type {GatewayResponse} from '../../probe/transport/probe.js';

/** Why a success proves nothing; undefined where it is the service's. */
export const anyHostSentence = ({isToAnyHost}: GatewayResponse, revision: string | undefined) =>
	isToAnyHost
		? `Any host gets this answer here: nothing shows that ${revision ?? 'the service'} answered. Ask a gateway that knows the host (--gateway).`
		: undefined;
