import {readFileSync} from 'node:fs';
import * as fc from '../../support/property.js';
import protobuf from 'protobufjs';
import {expect, it} from 'vitest';
import {readStat} from '../../../source/users/formats/stat.js';

const runs = Number(process.env['FUZZ_RUNS'] ?? 300);
const recorded = readFileSync(new URL('../recorded/queue-proxy-9090-metrics.pb', import.meta.url));

/** knative/serving pkg/autoscaler/metrics/stat.proto */
const type = protobuf
	.parse(
		`syntax = "proto3"; message Stat { string pod = 1; double concurrency = 2; double proxied = 3; double requests = 4;
		double proxiedRequests = 5; double uptime = 6; }`,
	)
	.root.lookupType('Stat');

it('reads what a queue-proxy of a real cluster says of a second without requests', () => {
	expect(readStat(recorded)).toEqual({
		ok: true,
		stat: {
			pod: 'users-00003-deployment-d8c54d5fc-lxxn5',
			concurrency: 0,
			requests: 0,
			proxiedRequests: 0,
			uptime: expect.closeTo(37.0007, 4),
		},
	});
});

it('reads what any encoder of that message wrote, and passes over what it does not know', () => {
	const amount = fc.double({min: 0, max: 1e5, noNaN: true});
	fc.assert(
		fc.property(
			fc.string({minLength: 1}),
			amount,
			amount,
			amount,
			fc.uint8Array({maxLength: 20}),
			(pod, concurrency, requests, uptime, other) => {
				const known = type.encode({pod, concurrency, requests, proxiedRequests: requests, uptime}).finish();
				const later = protobuf.Writer.create()
					.uint32((77 << 3) | 2)
					.bytes(other)
					.finish();
				expect(readStat(Buffer.concat([known, later]))).toEqual({
					ok: true,
					stat: {pod, concurrency, requests, proxiedRequests: requests, uptime},
				});
			},
		),
		{numRuns: runs},
	);
});

it.each([
	['nothing', [], 'it names no pod'],
	['half a message', [...recorded.subarray(0, 45)], expect.stringMatching(/^index out of range/)],
	['a number where the name is', [0x08, 1], 'field 1 has wire type 0'],
	['a rate below 0', [...type.encode({pod: 'a', requests: -1}).finish()], 'field 4 is -1'],
	['a rate beyond all pods', [...type.encode({pod: 'a', requests: 1e9}).finish()], 'field 4 is 1000000000'],
	['no number', [...type.encode({pod: 'a', uptime: Number.NaN}).finish()], 'field 6 is NaN'],
	['text', [...Buffer.from('404 page not found\n')], expect.any(String)],
])('says of %s what is wrong with it', (_, bytes, reason) => {
	expect(readStat(Uint8Array.from(bytes))).toEqual({ok: false, reason});
});

it('ends in words, whatever comes', () => {
	const printable = /^[^\p{Cc}\p{Cf}\p{Cs}]+$/u;
	const look = (bytes: Uint8Array) => {
		const read = readStat(bytes);
		expect(read.ok ? String(read.stat.requests) : read.reason).toMatch(read.ok ? /^[\d.e+-]+$/ : printable);
	};
	fc.assert(fc.property(fc.uint8Array({maxLength: 80}), look), {numRuns: runs});
	fc.assert(
		fc.property(fc.nat(recorded.length - 1), fc.integer({min: 0, max: 255}), (at, byte) => {
			const changed = Uint8Array.from(recorded);
			changed[at] = byte;
			look(changed);
			look(changed.subarray(0, at));
		}),
		{numRuns: runs},
	);
});
