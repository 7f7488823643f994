/** News that come in bursts, told not oftener than anybody can see: each telling is a frame. */

export type Throttle = {
	/** There is news: told at once, or as soon as the interval since the last telling is over. */
	request(): void;
	stop(): void;
};

/** @param interval Milliseconds between two calls of `tell`; asked again each time. */
export function createThrottle(tell: () => void, interval: () => number): Throttle {
	let timer: NodeJS.Timeout | undefined;
	let isPending = false;
	let isStopped = false;
	const request = () => {
		if (isStopped) return;
		if (timer) {
			isPending = true;
			return;
		}
		isPending = false;
		tell();
		timer = setTimeout(() => {
			timer = undefined;
			if (isPending) request();
		}, interval());
		timer.unref();
	};
	return {
		request,
		stop() {
			isStopped = true;
			clearTimeout(timer);
		},
	};
}
