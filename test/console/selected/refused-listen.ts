/** A machine that has no port left to listen at. */
import {Server} from 'node:net';
import {vi} from 'vitest';

/** The next server but `after` of them cannot listen; those from then on can again. */
export function refuseToListen({after = 0}: {after?: number} = {}) {
	const own: unknown = Reflect.get(Server.prototype, 'listen');
	if (typeof own !== 'function') throw new Error('servers do not listen');
	const listening = vi.spyOn(Server.prototype, 'listen');
	for (let index = 0; index < after; index++) {
		listening.mockImplementationOnce(function listen(this: Server, ...given: unknown[]) {
			Reflect.apply(own, this, given);
			return this;
		});
	}
	return listening.mockImplementationOnce(function refuse(this: Server) {
		process.nextTick(() => this.emit('error', new Error('no port is free')));
		return this;
	});
}
