/**
 * The bytes of a connection to a port of a pod, on the WebSocket that carries them: two channels, of which the first byte of
 * every message is the number. 0 is the data, 1 what went wrong; each begins with the number of the port, in two bytes.
 *
 * Source: kubernetes k8s.io/kubelet pkg/cri/streaming/portforward/websocket.go, apimachinery pkg/util/httpstream/wsstream.
 */
import {Duplex} from 'node:stream';
import {WebSocket} from 'ws';
import {printable} from '../../knative/text/printable.js';

/** The newest that a kubelet takes for ports (v5 is for commands); it cannot say that one direction is done. */
export const protocol = 'v4.channel.k8s.io';

const dataChannel = 0;
const errorChannel = 1;
const portNumber = 2;

/** How much of what the kubelet says went wrong is kept. */
const complaintLimit = 2048;

/** Milliseconds of silence after which a connection that we have ended counts as ended by the pod, too. */
const linger = 1000;

/**
 * A stream over an open WebSocket. Ends when the pod ends the connection; breaks with an Error that says why when the node
 * could not make it, and when it is lost: half an answer must not pass for a whole one.
 */
export function podStream(client: WebSocket): Duplex {
	return new PodStream(client);
}

class PodStream extends Duplex {
	private readonly toSkip = [portNumber, portNumber];
	private complaint = '';
	private hasData = false;
	private lingering: NodeJS.Timeout | undefined;
	private isLeaving = false;

	constructor(private readonly client: WebSocket) {
		super({allowHalfOpen: true});
		client.on('message', data => this.receive(data));
		client.on('close', code => this.ended(code));
		client.on('error', error => this.destroy(error));
	}

	override _read(): void {
		this.client.resume();
	}

	override _write(chunk: Buffer, _encoding: BufferEncoding, done: (error?: Error | null) => void): void {
		// It is closing: what the pod has sent before is still to be read, and nobody there reads this any more.
		if (this.client.readyState !== WebSocket.OPEN) return done();
		// Called when it has left for the network: that is what makes a faster sender wait.
		this.client.send(Buffer.concat([Buffer.from([dataChannel]), chunk]), done);
	}

	override _final(done: (error?: Error | null) => void): void {
		this.lingering = setTimeout(() => {
			this.isLeaving = true;
			this.client.close(1000);
		}, linger);
		done();
	}

	override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
		clearTimeout(this.lingering);
		if (error) this.client.terminate();
		else this.client.close(1000);
		done(error);
	}

	private receive(message: Buffer): void {
		const channel = message[0] ?? 0;
		const skipped = Math.min(this.toSkip[channel] ?? 0, message.length - 1);
		if (channel <= errorChannel) this.toSkip[channel]! -= skipped;
		const data = message.subarray(1 + skipped);
		if (data.length === 0 || this.destroyed) return;
		this.lingering?.refresh();
		if (channel === dataChannel) {
			this.hasData = true;
			if (!this.push(data)) this.client.pause();
		} else if (channel === errorChannel) {
			this.complaint = (this.complaint + data.toString('utf8')).slice(0, complaintLimit);
			// What came before it is to be read first; a connection that has said nothing has nothing to be read.
			if (!this.hasData) this.destroy(new Error(printable(this.complaint.trim())));
		}
	}

	private ended(code: number): void {
		clearTimeout(this.lingering);
		if (this.destroyed) return;
		if (this.complaint !== '') this.destroy(new Error(printable(this.complaint.trim())));
		else if (code === 1000 || this.isLeaving) this.push(null);
		else this.destroy(new Error(`the connection through the API server broke (WebSocket code ${code})`));
	}
}
