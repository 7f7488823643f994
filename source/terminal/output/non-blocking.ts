/**
 * Node writes to a terminal so that it waits until the terminal takes it. When the line is dead it waits for ever, and with it
 * the whole program, signals and all. Without that Node keeps what there is no room for, as it does for every other stream.
 *
 * The way to it is libuv's `uv_stream_set_blocking`, which Node has on the handle of a stream and not in its interface; where
 * it is not there any more, writing waits as before.
 */
export function neverBlock(stream: {readonly writableLength: number}): void {
	const handle = handleOf(stream);
	if (!handle) return;
	handle.setBlocking(false);
	// libuv opens the terminal once more, for itself. Where it could not, whoever started this program shares the setting.
	if (handle.fd > standardError) return;
	process.once('exit', () => {
		if (stream.writableLength === 0) handle.setBlocking(true);
	});
}

const standardError = 2;

type Handle = {readonly fd: number; setBlocking(isBlocking: boolean): void};

function handleOf(stream: object): Handle | undefined {
	const handle: unknown = Reflect.get(stream, '_handle');
	return isHandle(handle) ? handle : undefined;
}

function isHandle(handle: unknown): handle is Handle {
	return (
		typeof handle === 'object' &&
		handle !== null &&
		'fd' in handle &&
		typeof handle.fd === 'number' &&
		'setBlocking' in handle &&
		typeof handle.setBlocking === 'function'
	);
}
