/**
 * In TLS 1.3 a server looks at the client's certificate when the client takes the handshake to be over, and says what it thinks of
 * it in an alert; the connection ends right after. Of the two undici remembers the end ("other side closed"), which says nothing
 * of a certificate: so the alert ends the connection itself, as the cause of whatever fails on it. Of every connection in
 * the process, as undici tells of them (diagnostics channel `undici:client:connected`): API server, proxies and gateways.
 */
import {subscribe} from 'node:diagnostics_channel';
import type {Socket} from 'node:net';

const isConnected = (message: unknown): message is {socket: Socket} =>
	typeof message === 'object' && message !== null && 'socket' in message;

const isAlert = (error: Error): boolean =>
	'code' in error && typeof error.code === 'string' && /^ERR_SSL_.*ALERT_/.test(error.code);

let isHeard = false;

/** Once for the process. */
export function hearLateAlerts(): void {
	if (isHeard) return;
	isHeard = true;
	subscribe('undici:client:connected', message => {
		if (!isConnected(message)) return;
		const {socket} = message;
		socket.on('error', error => {
			if (isAlert(error)) socket.destroy(error);
		});
	});
}
