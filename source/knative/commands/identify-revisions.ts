/** What may tell revisions apart that answer alike: flags of this program, by how they are asked. */

/** As HTTP, by gRPC's health check, or by a gRPC method that the operator chose. */
export type AskedBy = 'http' | 'health check' | 'grpc method';

/** @param grpcCall What the operator chose to call; undefined for the health check. */
export function askedBy(protocol: 'http' | 'grpc', grpcCall: unknown): AskedBy {
	if (protocol !== 'grpc') return 'http';
	return grpcCall === undefined ? 'health check' : 'grpc method';
}

export type Remedy = {
	/** Short enough for one line of a terminal of 80 columns beside a count of errors. */
	short: string;
	/** Why they are alike, and what to do. */
	long: string;
};

/** Health is the same word of every revision that works, whatever is made of it: only another method tells them apart. */
export const remedies: Readonly<Record<AskedBy, Remedy>> = {
	http: {
		short: '--fingerprint or --path may identify them.',
		long: 'Another part of the answer (--fingerprint) or another page (--path) may identify them.',
	},
	'health check': {
		short: '--grpc-method package.Service/Method tells them apart.',
		long: 'The health check says SERVING of every revision that works: ask for a method whose answer differs, with --grpc-method package.Service/Method.',
	},
	'grpc method': {
		short: 'other --grpc-data or --grpc-method may identify them.',
		long: 'Another request (--grpc-data), another method (--grpc-method) or another part of the answer (--fingerprint) may identify them.',
	},
};
