/**
 * Connections to the ports of a pod as streams of SPDY, as kubectl opens them: for each connection an error stream and a
 * data stream that name the same request.
 *
 * Source: kubernetes k8s.io/kubelet pkg/cri/streaming/portforward/httpstream.go,
 * k8s.io/api core/v1 types.go (the headers).
 */
import {connect} from 'node:net';
import type {PodRuntime} from '../../api/pods/pod-runtime.js';
import {createSession, type Carrier, type SpdySession} from '../spdy/spdy-session.js';
import type {SpdyStream} from '../spdy/stream.js';
import {forwardingError, nobodyListens, portOf, type ForwardedPod} from './ports.js';

/** What the streams of a port speak, whatever carries them. */
export const streamProtocol = 'portforward.k8s.io';

/** Milliseconds that the second stream of a pair may take (DefaultStreamCreationTimeout). */
const pairing = 30_000;

type StreamPair = {error?: SpdyStream; data?: SpdyStream; timer: NodeJS.Timeout};

/** Forwards until either side ends the connection. */
export function forwardStreams(
	carrier: Carrier,
	pod: ForwardedPod,
	socketOf: PodRuntime['socketOf'],
): SpdySession {
	const pairs = new Map<string, StreamPair>();

	function giveUp(request: string, pair: StreamPair): void {
		pairs.delete(request);
		const text = `timed out waiting for the other stream of request ${request}`;
		pair.error?.end(text);
		pair.data?.destroy();
	}

	return createSession({
		carrier,
		opened(stream) {
			const type = stream.headers['streamtype'];
			const port = portOf(stream.headers['port'] ?? '');
			if (port === undefined) {
				throw new Error(`"port" header ${JSON.stringify(stream.headers['port'])} is no port`);
			}

			if (type !== 'error' && type !== 'data') {
				throw new Error(`invalid stream type ${JSON.stringify(type)}`);
			}

			// Clients older than the header open the error stream first and the data stream next to it.
			const request =
				stream.headers['requestid'] ?? String(type === 'error' ? stream.id : Math.max(0, stream.id - 2));
			const known = pairs.get(request);
			if (known?.[type]) {
				throw new Error(`there is a ${type} stream of request ${request} already`);
			}

			const pair: StreamPair = known ?? {
				timer: setTimeout(() => {
					const current = pairs.get(request);
					if (current) {
						giveUp(request, current);
					}
				}, pairing).unref(),
			};
			pair[type] = stream;
			pairs.set(request, pair);
			stream.once('close', () => {
				if (pairs.get(request) === pair) {
					clearTimeout(pair.timer);
					pairs.delete(request);
				}
			});
			const {error, data} = pair;
			if (error && data) {
				clearTimeout(pair.timer);
				pairs.delete(request);
				forwardPort({error, data}, pod, port, socketOf);
			}
		},
	});
}

/** One connection to one port. The error stream ends without a word when nothing went wrong. */
function forwardPort(
	{error, data}: {error: SpdyStream; data: SpdyStream},
	pod: ForwardedPod,
	port: number,
	socketOf: PodRuntime['socketOf'],
): void {
	// Nothing is said to us there; what is not read would never end.
	error.resume();
	const address = socketOf(`${pod.namespace}/${pod.name}`, port);
	if (!address) {
		error.end(forwardingError(pod, port, nobodyListens(port)));
		data.resume();
		data.end();
		return;
	}

	const socket = connect({host: address.host, port: address.port, noDelay: true, allowHalfOpen: true});
	socket.once('error', problem => error.end(forwardingError(pod, port, problem.message)));
	data.pipe(socket).pipe(data);
	// When either breaks, so does the other; `pipe` passes on the ends only.
	socket.once('close', () => {
		error.end();
		data.end();
		data.resume();
	});
	data.once('close', () => socket.destroy());
}
