import {expect, test} from 'vitest';
import {misplacedFlag} from '../../../source/headless/evidence/misplaced-flags.js';

const http = {name: 'cart', summary: {protocol: 'http'}} as const;
const grpc = {name: 'greeter', summary: {protocol: 'grpc'}} as const;

test.each(['--grpc-method', '--grpc-data', '--proto'])('%s is refused for a service over HTTP', flag => {
	expect(misplacedFlag(http, ['--rate', flag])).toBe(
		`${flag} is for gRPC services, and cart speaks HTTP: leave it out.`,
	);
});

test.each(['--path', '--method', '--data', '--expect-status'])('%s is refused for gRPC', flag => {
	expect(misplacedFlag(grpc, [flag])).toBe(
		`${flag} is for HTTP services, and greeter speaks gRPC: leave it out (--grpc-method says what is called).`,
	);
});

test('what belongs to a call of gRPC needs the call', () => {
	expect(misplacedFlag(grpc, ['--proto'])).toMatch(/^--proto needs --grpc-method/);
	expect(misplacedFlag(grpc, ['--grpc-method', '--grpc-data', '--proto'])).toBeUndefined();
});

test('what both have is refused for none', () => {
	const both = ['--rate', '--timeout', '--no-keepalive', '--fingerprint', '--header', '--cookie', '--host'];
	expect(misplacedFlag(http, [...both, '--path', '--data'])).toBeUndefined();
	expect(misplacedFlag(grpc, both)).toBeUndefined();
});
