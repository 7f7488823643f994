/** The protobuf `Stat`. Source: knative/serving pkg/autoscaler/metrics/stat.proto. */
import protobuf from 'protobufjs/minimal.js';
import type {StatReport} from './request-stats.js';

const stringField = (number: number): number => (number << 3) | 2;
const doubleField = (number: number): number => (number << 3) | 1;

/** As proto3 writes it: what is zero is left out. */
export function encodeStat(pod: string, report: StatReport): Uint8Array {
	const writer = protobuf.Writer.create();
	writer.uint32(stringField(1)).string(pod);
	const doubles = [
		report.concurrency,
		report.proxiedConcurrency,
		report.requests,
		report.proxiedRequests,
		report.uptime,
	];
	for (const [index, value] of doubles.entries()) {
		if (value !== 0) {
			writer.uint32(doubleField(index + 2)).double(value);
		}
	}

	return writer.finish();
}
