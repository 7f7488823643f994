/** The part of the package that is used, here and on the side of the client; it brings no types of its own. */
declare module 'ws' {
	import type {EventEmitter} from 'node:events';
	import type {ClientRequest, IncomingMessage} from 'node:http';
	import type {RequestOptions} from 'node:https';
	import type {Duplex} from 'node:stream';

	export class WebSocket extends EventEmitter {
		static readonly OPEN: number;
		constructor(
			address: URL,
			protocols: string[],
			options: RequestOptions & {
				closeTimeout?: number;
				maxPayload?: number;
				perMessageDeflate?: boolean;
			},
		);

		readonly bufferedAmount: number;
		readonly protocol: string;
		readonly readyState: number;
		send(data: Buffer, sent?: (error?: Error | null) => void): void;
		terminate(): void;
		close(code?: number, reason?: string): void;
		on(event: 'message', listener: (data: Buffer, isBinary: boolean) => void): this;
		on(event: 'close', listener: (code: number) => void): this;
		on(event: 'error', listener: (error: Error) => void): this;
		on(event: 'open', listener: () => void): this;
		on(
			event: 'unexpected-response',
			listener: (request: ClientRequest, response: IncomingMessage) => void,
		): this;
		pause(): void;
		resume(): void;
	}

	export class WebSocketServer extends EventEmitter {
		constructor(options: {
			noServer: true;
			maxPayload?: number;
			perMessageDeflate?: boolean;
			handleProtocols?: (protocols: Set<string>) => string | false;
		});

		on(event: 'headers', listener: (headers: string[]) => void): this;
		handleUpgrade(
			request: IncomingMessage,
			socket: Duplex,
			head: Buffer,
			callback: (client: WebSocket) => void,
		): void;
	}
}
