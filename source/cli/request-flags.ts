/** The flags that say how a service is asked, as the program takes them for all of its commands. */
import type {Command} from 'commander';
import {exitCodes} from '../headless/exit-codes.js';
import {
	requestOptionsOf,
	type RequestFlags,
	type RequestOptions,
} from '../probe/transport/request-options.js';

const requestFlags = {
	rate: '--rate',
	maxRate: '--max-rate',
	timeout: '--timeout',
	keepalive: '--no-keepalive',
	path: '--path',
	fingerprint: '--fingerprint',
	header: '--header',
	cookie: '--cookie',
	method: '--method',
	data: '--data',
	expectStatus: '--expect-status',
	host: '--host',
	grpcMethod: '--grpc-method',
	grpcData: '--grpc-data',
	proto: '--proto',
} as const satisfies Partial<Record<keyof RequestFlags, string>>;

/** Those that stand on the command line: what a file or a variable says holds for many services. */
export function typedRequestFlags(command: Pick<Command, 'getOptionValueSourceWithGlobals'>): string[] {
	return Object.entries(requestFlags).flatMap(([attribute, flag]) =>
		command.getOptionValueSourceWithGlobals(attribute) === 'cli' ? [flag] : [],
	);
}

/** Of an option that may be given several times. */
const repeated = (value: string, before: readonly string[] = []) => [...before, value];

/** Adds them in a group of their own; what they may be together is checked by `requestOptionsFor`. */
export function addRequestFlags(program: Command): void {
	program
		.optionsGroup('Requests to the service:')
		.option('--rate <number>', 'requests a second to begin with (console: 1, verify: 20)')
		.option('--max-rate <number>', 'requests a second at most (50)')
		.option('--timeout <time>', 'how long a complete answer may take: 10, 5s, 500ms (10s)')
		.option('--no-keepalive', 'open a connection for each request')
		.option('--path <path>', 'what to ask the service for (/)')
		.option(
			'--fingerprint <what>',
			'how to identify revisions: first-line, status, header:NAME, json:PATH or /REGEXP/',
		)
		.option(
			'--header <line>',
			"a header of each request: 'Name: value', 'Name: $VARIABLE', 'Name: @file'; may be repeated",
			repeated,
		)
		.option(
			'--cookie <pair>',
			'a cookie of each request: name=value, name=$VARIABLE, name=@file; may be repeated',
			repeated,
		)
		.option('--method <name>', 'the method of each request (GET; POST with --data)')
		.option('--data <text>', 'the body of each request; @file reads it from a file')
		.option(
			'--expect-status <list>',
			'statuses that are no failures; all others are failures: 200, 200-299, 2xx,404',
		)
		.option('--grpc-method <package.Service/Method>', 'gRPC method to call (the health check)')
		.option('--grpc-data <json>', 'the request of that call ({})')
		.option('--proto <file>', 'where that method is described; else the server is asked by reflection')
		.optionsGroup('Options:');
}

/** Ends the process with a usage error where one of them is not what it must be. */
export function requestOptionsFor(
	program: Command,
	flags: RequestFlags,
	usual: {rate: number},
): RequestOptions {
	try {
		return requestOptionsOf(flags, usual);
	} catch (error) {
		if (!(error instanceof TypeError)) throw error;
		return program.error(`error: ${error.message}`, {exitCode: exitCodes.usage});
	}
}
