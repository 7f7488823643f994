/** Where each gRPC call is told of, for the log of requests, as undici tells of its own. Loads nothing of gRPC. */
import {channel} from 'node:diagnostics_channel';

/** Messages are a `BegunCall`. */
export const callBegins = channel('kn-canary:grpc:begin');
/** Messages are an `EndedCall`. */
export const callEnds = channel('kn-canary:grpc:end');

/** `request` is the same object at both ends. No metadata and no messages. */
export type BegunCall = {request: {line: string}};
export type EndedCall = BegunCall & {status: string};
