/**
 * What a queue-proxy tells the autoscaler at port 9090: one message of protobuf, about its last second.
 *
 * Source: knative/serving pkg/autoscaler/metrics/stat.proto, pkg/queue/protobuf_stats_reporter.go.
 */
import protobuf from 'protobufjs/minimal.js';
import {printable} from '../../knative/text/printable.js';

/** All of it over the last second that was over; zero in the first one. */
export type Stat = {
	readonly pod: string;
	/** Requests under way, on average. */
	readonly concurrency: number;
	/** Requests a second. Whole: those that came through the activator are among them. */
	readonly requests: number;
	/** The part of them that came through the activator. */
	readonly proxiedRequests: number;
	/** Seconds since the queue-proxy began: less than before, and it is another one. */
	readonly uptime: number;
};

export type ReadStat = {ok: true; stat: Stat} | {ok: false; reason: string};

/** Wire types (protobuf encoding): 64 bits, and bytes with their length. */
const fixed64 = 1;
const delimited = 2;

/** A request a microsecond is no rate of one pod. */
const highestRate = 1e6;

/** Reads one message; the reason says what is wrong with it. Fields that are not known are passed over. */
export function readStat(bytes: Uint8Array): ReadStat {
	let pod = '';
	const doubles = new Map<number, number>();
	const reader = protobuf.Reader.create(bytes);
	try {
		while (reader.pos < reader.len) {
			const tag = reader.uint32();
			const field = tag >>> 3;
			const wireType = tag & 7;
			if (field === 1 && wireType === delimited) pod = reader.string();
			else if (field >= 2 && field <= 6 && wireType === fixed64) doubles.set(field, reader.double());
			else if (field >= 1 && field <= 6) {
				return {ok: false, reason: `field ${field} has wire type ${wireType}`};
			} else reader.skipType(wireType);
		}
	} catch (error) {
		return {ok: false, reason: printable(error instanceof Error ? error.message : String(error))};
	}
	const of = (field: number) => doubles.get(field) ?? 0;
	if (pod === '') return {ok: false, reason: 'it names no pod'};
	for (const [field, value] of doubles) {
		if (!(value >= 0 && value < (field === 6 ? Infinity : highestRate))) {
			return {ok: false, reason: `field ${field} is ${value}`};
		}
	}
	return {
		ok: true,
		stat: {pod, concurrency: of(2), requests: of(4), proxiedRequests: of(5), uptime: of(6)},
	};
}
