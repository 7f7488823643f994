import type {OutgoingHttpHeaders} from 'node:http';

/** Who takes the answer, piece by piece. */
export type Receiver = {
	/** @param bare whether these headers are all there is: neither body nor trailers follow. */
	head(status: number, headers: OutgoingHttpHeaders, bare: boolean): void;
	/** Whether more may come at once; otherwise after the `drain` of the exchange's answer. */
	data(chunk: Buffer): boolean;
	end(trailers: OutgoingHttpHeaders): void;
};
