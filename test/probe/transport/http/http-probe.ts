/** The probe that asks by HTTP/1.1, and servers that answer it oddly. */
import {onTestFinished} from 'vitest';
import {createHttpProbe} from '../../../../source/probe/transport/http/http.js';
import type {ProbeOptions} from '../../../../source/probe/transport/probe.js';

export function probe(options?: ProbeOptions) {
	const created = createHttpProbe(options);
	onTestFinished(async () => created.close());
	return created;
}

export const plain = 'HTTP/1.1 200 OK\r\ncontent-length: 6\r\n\r\nHello\n';
