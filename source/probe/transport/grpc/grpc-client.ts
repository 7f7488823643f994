/** A gRPC client of one gateway and one host that sends what it is told to, once, and tells of each call. */
import {Client, InterceptingCall, credentials} from '@grpc/grpc-js';
import type {ChannelCredentials, Interceptor} from '@grpc/grpc-js';
import {callBegins, callEnds, type BegunCall, type EndedCall} from '../call-channels.js';
import {noteSockets} from './client-sockets.js';
import {statusName} from './grpc-outcome.js';
import type {ProbeOptions, ProbeTarget} from '../probe.js';
import {bodyLimit, formatAddress, serverName} from '../probe.js';
import {secureContextFor} from '../http/secure-context.js';
import {userAgent} from '../user-agent.js';

export type Connected = {
	client: Client;
	/** Drops its connections, too. */
	close(): void;
};

/** For calls to `target` alone: its host is the authority and the name that TLS checks. */
export function connect(target: ProbeTarget, {tls = {}, version}: ProbeOptions): Connected {
	const {scheme, address, authority} = target;
	const checks = {rejectUnauthorized: tls.insecure !== true};
	const context = secureContextFor(target, tls);
	const channelCredentials: ChannelCredentials =
		scheme === 'http'
			? credentials.createInsecure()
			: context
				? credentials.createFromSecureContext(context, checks)
				: credentials.createSsl(null, null, null, checks);
	const sockets = noteSockets(channelCredentials);
	const client = new Client(`dns:${formatAddress(address)}`, channelCredentials, {
		'grpc.default_authority': authority,
		...(scheme === 'https' && {'grpc.ssl_target_name_override': serverName(authority)}),
		'grpc.primary_user_agent': userAgent(version),
		'grpc.max_receive_message_length': bodyLimit,
		// An answer is what the gateway said, once: nothing asked again, no proxy in between, no settings from DNS.
		'grpc.enable_retries': 0,
		'grpc.enable_http_proxy': 0,
		'grpc.service_config_disable_resolution': 1,
		// A connection of its own that `close` ends, and that is tried again soon: a probe wants to see the gateway come back.
		'grpc.use_local_subchannel_pool': 1,
		'grpc.initial_reconnect_backoff_ms': 100,
		'grpc.max_reconnect_backoff_ms': 1000,
		...(callBegins.hasSubscribers && {interceptors: [telling(target)]}),
	});
	return {
		client,
		close() {
			client.close();
			// What was cancelled is still told to the server, and to whoever waits for it.
			setImmediate(() => sockets.drop());
		},
	};
}

/** Tells of each call, also of those by which a method is looked up. */
function telling({scheme, address}: ProbeTarget): Interceptor {
	return (options, nextCall) =>
		new InterceptingCall(nextCall(options), {
			start(metadata, _listener, next) {
				const begun: BegunCall = {
					request: {
						method: 'gRPC',
						origin: `${scheme}://${formatAddress(address)}`,
						path: options.method_definition.path,
					},
				};
				callBegins.publish(begun);
				next(metadata, {
					onReceiveStatus(status, nextStatus) {
						const ended: EndedCall = {...begun, status: statusName(status.code)};
						callEnds.publish(ended);
						nextStatus(status);
					},
				});
			},
		});
}
