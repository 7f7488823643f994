/** The command lines that ask what a target asks: as it is, to be shown, and to be printed. Pure. */
import {
	curlCommand,
	grpcurlCommand,
	type CommandRequest,
	type CommandTls,
} from '../../knative/commands/commands.js';
import type {Endpoint} from '../../knative/commands/endpoint.js';
import {coveredHeader, namedHeaders} from '../../knative/commands/secret-headers.js';
import {coveredBody, coveredMessage, coveredPath} from '../../knative/text/covered.js';
import type {GrpcCall} from '../../probe/transport/probe.js';

/** What is sent, in the words of the operator: of HTTP or, with a `call`, of gRPC. */
export type SentRequest = CommandRequest & {path?: string; call?: Partial<GrpcCall> | undefined};

export type CommandDoor = CommandTls & {authority: string; address: Endpoint; scheme: 'http' | 'https'};

export type RequestCommands = {
	/** As it is: to be copied. */
	command: string;
	/** To be shown: what may be secret is covered. */
	coveredCommand: string;
	/** To be printed and run: what may be secret of the headers is taken from variables. */
	namedCommand: string;
};

/** What may be secret is covered before anything is quoted for a shell. */
export function requestCommands(door: CommandDoor, sent: SentRequest): RequestCommands {
	const {headers = [], path, body, call} = sent;
	const covered: SentRequest = {
		...sent,
		...(path !== undefined && {path: coveredPath(path)}),
		body: body === undefined ? undefined : coveredBody(body),
		call: call?.request ? {...call, request: coveredMessage(call.request)} : call,
	};
	return {
		command: commandOf(door, sent),
		coveredCommand: commandOf(door, {...covered, headers: headers.map(line => coveredHeader(line))}),
		namedCommand: commandOf(door, {...covered, headers: namedHeaders(headers)}),
	};
}

function commandOf({authority, address, ...tls}: CommandDoor, {call, ...request}: SentRequest): string {
	return call
		? grpcurlCommand(authority, address, {...call, headers: request.headers ?? [], ...tls})
		: curlCommand(authority, address, {...request, ...tls});
}
