/** The part of the package that is used here; it brings no types of its own. */
declare module 'ws' {
	import type {EventEmitter} from 'node:events';
	import type {IncomingMessage} from 'node:http';
	import type {Duplex} from 'node:stream';

	export class WebSocket extends EventEmitter {
		readonly bufferedAmount: number;
		readonly protocol: string;
		send(data: Buffer, sent?: () => void): void;
		close(code?: number, reason?: string): void;
		on(event: 'message', listener: (data: Buffer, isBinary: boolean) => void): this;
		on(event: 'close', listener: () => void): this;
		on(event: 'error', listener: (error: Error) => void): this;
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
