/**
 * The connections of a gRPC client, to be dropped when it is closed: grpc-js closes them in peace, and waits without end for a
 * server that never says its settings, or takes no stream.
 */
import type {Socket} from 'node:net';
import type {ChannelCredentials} from '@grpc/grpc-js';

export type ClientSockets = {
	/** Drops all that are open. */
	drop(): void;
};

/** Notes each connection that is made with these credentials, which must be of one client alone. */
export function noteSockets(credentials: ChannelCredentials): ClientSockets {
	const sockets = new Set<Socket>();
	const create = credentials._createSecureConnector.bind(credentials);
	credentials._createSecureConnector = (...of) => {
		const connector = create(...of);
		return {
			async connect(socket) {
				sockets.add(socket);
				socket.once('close', () => sockets.delete(socket));
				return connector.connect(socket);
			},
			waitForReady: async () => connector.waitForReady(),
			getCallCredentials: () => connector.getCallCredentials(),
			destroy: () => connector.destroy(),
		};
	};
	return {
		drop() {
			for (const socket of sockets) socket.destroy();
		},
	};
}
