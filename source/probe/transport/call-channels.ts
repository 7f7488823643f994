/** Where each request of the probe is told of, for the log of requests, as undici tells of its own. Loads no client. */
import {channel} from 'node:diagnostics_channel';

/** Messages are a `BegunCall`. */
export const callBegins = channel('kn-canary:probe:begin');
/** Messages are an `EndedCall`. */
export const callEnds = channel('kn-canary:probe:end');

/** `request` is the same object at both ends. No headers, no metadata, and nothing of what is sent or answered. */
export type BegunCall = {
	request: {
		/** `GET`; `gRPC` for a call. */
		method: string;
		/** `http://10.0.0.1:80` */
		origin: string;
		/** With its query. */
		path: string;
	};
};
/** `status`: that, or what went wrong. */
export type EndedCall = BegunCall & {status: string};
